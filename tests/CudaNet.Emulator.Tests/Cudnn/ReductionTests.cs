using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Reductions over every choice of axes, their indices and workspaces, against plain loops.</summary>
public sealed unsafe class ReductionTests
{
    private static readonly int[] Extents = [2, 3, 4, 5];

    public static TheoryData<int, int> OperationsAndAxes
    {
        get
        {
            TheoryData<int, int> rows = [];
            for (int operation = 0; operation <= 8; operation++)
            {
                rows.Add(operation, 0b1111);
                rows.Add(operation, 0b0011);
                rows.Add(operation, 0b1010);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(OperationsAndAxes))]
    public void A_reduction_runs_over_the_axes_where_the_result_is_1(int operation, int axes)
    {
        using LibraryProgram program = new();
        HostTensor a = Input();
        (HostTensor expected, _) = Reduce(a, operation, axes);
        HostTensor old = HostTensor.Random(7, ElementType.Float32, false, expected.Extents);
        ulong c = program.Upload(old.ToBytes());
        LibraryProgram.Ok(Call(program, operation, 0, a, expected.Extents, 2, 0.5f, c, indices: 0));
        Closeness.AssertClose(
            [.. expected.Values.Select((value, i) => (2 * value) + (0.5 * old.Values[i]))], old.Decode(program.Download(c, old.Bytes)));
        Assert.Empty(program.Machine.Findings);
    }

    [Theory]
    [InlineData(2, 0b0011)]
    [InlineData(3, 0b1010)]
    [InlineData(4, 0b1111)]
    public void Indices_count_within_what_is_reduced(int operation, int axes)
    {
        using LibraryProgram program = new();
        HostTensor a = Input();
        (HostTensor expected, int[] places) = Reduce(a, operation, axes);
        ulong c = program.Alloc(expected.Bytes), indices = program.Alloc(expected.Bytes);
        LibraryProgram.Ok(Call(program, operation, 1, a, expected.Extents, 1, 0, c, indices));
        int[] found = new int[places.Length];
        Buffer.BlockCopy(program.Download(indices, expected.Bytes), 0, found, 0, expected.Bytes);
        Assert.Equal(places, found);
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 3)]
    [InlineData(LibraryProgram.Version9, 2006)]
    public void Less_workspace_than_was_told_is_refused(int version, int status)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        Assert.Equal(status, (int)Call(program, 0, 0, Input(), [1, 3, 1, 1], 1, 0, program.Alloc(64), indices: 0, missing: 1));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Workspace);
    }

    [Fact]
    public void A_result_whose_extents_are_neither_1_nor_the_input_s_is_a_bad_parameter()
    {
        using LibraryProgram program = new();
        nint reduction = Descriptor(program, 0, 0);
        float one = 1;
        Assert.Equal(2000, (int)((delegate* unmanaged<nint, nint, ulong, nuint, ulong, nuint, void*, nint, ulong, void*, nint, ulong, cudnnStatus_t>)program.Raw("cudnnReduceTensor"))(
            program.Handle, reduction, 0, 0, program.Alloc(4096), 4096, &one, program.Tensor(CUDNN_DATA_FLOAT, false, Extents), program.Alloc(480), &one,
            program.Tensor(CUDNN_DATA_FLOAT, false, 1, 2, 1, 1), program.Alloc(64)));
    }

    private static cudnnStatus_t Call(
        LibraryProgram program, int operation, int withIndices, HostTensor a, int[] extents, float alpha, float beta, ulong c, ulong indices, nuint missing = 0)
    {
        nint reduction = Descriptor(program, operation, withIndices);
        (nint aDesc, nint cDesc) = (program.Tensor(CUDNN_DATA_FLOAT, a.IsNhwc, a.Extents), program.Tensor(CUDNN_DATA_FLOAT, false, extents));
        nuint workspace, ofIndices;
        LibraryProgram.Ok(((delegate* unmanaged<nint, nint, nint, nint, nuint*, cudnnStatus_t>)program.Raw("cudnnGetReductionWorkspaceSize"))(program.Handle, reduction, aDesc, cDesc, &workspace));
        LibraryProgram.Ok(((delegate* unmanaged<nint, nint, nint, nint, nuint*, cudnnStatus_t>)program.Raw("cudnnGetReductionIndicesSize"))(program.Handle, reduction, aDesc, cDesc, &ofIndices));
        Assert.Equal(withIndices == 0, ofIndices == 0);
        return ((delegate* unmanaged<nint, nint, ulong, nuint, ulong, nuint, void*, nint, ulong, void*, nint, ulong, cudnnStatus_t>)program.Raw("cudnnReduceTensor"))(
            program.Handle, reduction, indices, ofIndices, program.Alloc((long)workspace), workspace - missing, &alpha, aDesc, program.Upload(a.ToBytes()), &beta, cDesc, c);
    }

    private static nint Descriptor(LibraryProgram program, int operation, int withIndices)
    {
        nint reduction = program.Fresh("ReduceTensor");
        LibraryProgram.Ok(((delegate* unmanaged<nint, int, cudnnDataType_t, int, int, int, cudnnStatus_t>)program.Raw("cudnnSetReduceTensorDescriptor"))(
            reduction, operation, CUDNN_DATA_FLOAT, 0, withIndices, 0));
        return reduction;
    }

    /// <summary>In channels-last order, with zeros here and there.</summary>
    private static HostTensor Input()
    {
        HostTensor random = HostTensor.Random(5, ElementType.Float32, true, Extents);
        return new HostTensor(ElementType.Float32, true, [.. random.Values.Select((value, i) => i % 7 == 3 ? 0 : value)], Extents);
    }

    private static (HostTensor Result, int[] Places) Reduce(HostTensor a, int operation, int axes)
    {
        int[] extents = [.. Extents.Select((extent, axis) => ((axes >> axis) & 1) == 1 ? 1 : extent)];
        List<double>[] groups = [.. Enumerable.Range(0, extents.Aggregate((x, y) => x * y)).Select(_ => new List<double>())];
        for (int i = 0; i < a.Count; i++)
        {
            (int n, int c, int h, int w) = (i / 60, i / 20 % 3, i / 5 % 4, i % 5);
            int At(int index, int axis) => extents[axis] == 1 ? 0 : index;
            groups[(((((At(n, 0) * extents[1]) + At(c, 1)) * extents[2]) + At(h, 2)) * extents[3]) + At(w, 3)].Add(a.Values[i]);
        }

        double[] results = [.. groups.Select(group => operation switch
        {
            0 => group.Sum(),
            1 => group.Aggregate(1.0, (x, y) => x * y),
            2 => group.Min(),
            3 => group.Max(),
            4 => group.Max(Math.Abs),
            5 => group.Average(),
            6 => group.Sum(Math.Abs),
            7 => Math.Sqrt(group.Sum(x => x * x)),
            _ => group.Where(x => x != 0).Aggregate(1.0, (x, y) => x * y),
        })];
        int[] places = [.. groups.Select((group, i) => operation == 4 ? group.FindIndex(x => Math.Abs(x) == results[i]) : group.IndexOf(results[i]))];
        return (new HostTensor(ElementType.Float32, false, results, extents), places);
    }
}
