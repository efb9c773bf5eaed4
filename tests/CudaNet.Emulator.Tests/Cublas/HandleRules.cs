using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>Handles of cuBLAS and cublasLt, their modes, and the texts of their answers.</summary>
public sealed unsafe class HandleRules
{
    private static readonly string[] Modes =
    [
        "cublasSetMathMode", "cublasGetMathMode", "cublasSetPointerMode_v2", "cublasGetPointerMode_v2", "cublasSetAtomicsMode", "cublasGetAtomicsMode", "cublasSetSmCountTarget",
        "cublasSetStream_v2", "cublasGetStream_v2",
    ];

    [Fact]
    public void A_null_handle_is_not_initialised_whatever_else_is_wrong()
    {
        using BlasProgram program = new();
        long value = 0;
        foreach (string name in Modes)
        {
            Assert.Equal(1, (int)((delegate* unmanaged<nint, void*, cublasStatus_t>)program.Raw(name))(0, name.Contains("Get", StringComparison.Ordinal) ? &value : null));
        }

        Assert.Equal(1, (int)program.Blas.cublasSetWorkspace_v2(0, null, 0));
        Assert.Equal(1, (int)program.Blas.cublasDestroy_v2(0));
        Assert.Equal(1, (int)program.Blas.cublasGemmEx(0, CUBLAS_OP_N, CUBLAS_OP_N, -1, 0, 0, null, null, 0, 0, null, 0, 0, null, null, 0, 0, 0, 0));
        Assert.Equal(1, (int)program.Blas.cublasGemmStridedBatchedEx(0, CUBLAS_OP_N, CUBLAS_OP_N, -1, 0, 0, null, null, 0, 0, 0, null, 0, 0, 0, null, null, 0, 0, 0, 0, 0, 0));
        Assert.Equal(1, (int)((delegate* unmanaged<nint, int, int, int, void*, void*, int, void*, int, void*, void*, int, cublasStatus_t>)program.Raw("cublasSgemv_v2"))(0, 0, -1, 0, null, null, 0, null, 0, null, null, 0));
        Assert.Equal(1, (int)((delegate* unmanaged<nint, int, void*, void*, int, void*, int, cublasStatus_t>)program.Raw("cublasSaxpy_v2"))(0, -1, null, null, 0, null, 0));
    }

    [Theory]
    [InlineData(13, 1, 1, 1, 1)]
    [InlineData(12, 1, 7, 0, 15)]
    public void A_null_handle_of_cublasLt_answers_by_generation(int generation, int heuristic, int matmul, int ids, int initialise)
    {
        using BlasProgram program = new(new EmulatorOptions { CublasMajor = generation });
        int count = 5, id;
        cublasLtMatmulAlgo_t algorithm;
        cublasLtMatmulHeuristicResult_t result;
        Assert.Equal(heuristic, (int)program.Lt.cublasLtMatmulAlgoGetHeuristic(0, 0, 0, 0, 0, 0, 0, 1, &result, &count));
        Assert.Equal(matmul, (int)program.Lt.cublasLtMatmul(0, 0, null, null, 0, null, 0, null, null, 0, null, 0, null, null, 0, 0));
        Assert.Equal(ids, (int)((delegate* unmanaged<nint, int, int, int, int, int, int, int, int*, int*, cublasStatus_t>)program.Raw("cublasLtMatmulAlgoGetIds"))(0, 68, 0, 0, 0, 0, 0, 1, &id, &count));
        Assert.Equal(generation == 12 ? 0 : 5, count);
        Assert.Equal(initialise, (int)((delegate* unmanaged<nint, int, int, int, int, int, int, int, void*, cublasStatus_t>)program.Raw("cublasLtMatmulAlgoInit"))(0, 68, 0, 0, 0, 0, 0, 0, &algorithm));
        Assert.Equal(7, (int)program.Lt.cublasLtDestroy(0));
        Assert.Equal(generation == 12, program.Device.Machine.Findings.Any(finding => finding.Message.Contains("crashes", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_context_there_is_no_handle_and_the_pointer_stays()
    {
        using EmulatedMachine machine = new();
        CublasApi blas = new(new NativeExports(machine.Libraries.Cublas));
        CublasLtApi lt = new(new NativeExports(machine.Libraries.CublasLt));
        nint handle = 42;
        Assert.Equal(1, (int)blas.cublasCreate_v2(&handle));
        Assert.Equal(1, (int)blas.cublasCreate_v2(&handle));
        Assert.Equal(1, (int)lt.cublasLtCreate(&handle));
        Assert.Equal(42, handle);
        Assert.Equal(7, (int)blas.cublasCreate_v2(null));
        Assert.Equal(7, (int)lt.cublasLtCreate(null));
    }

    [Fact]
    public void Each_status_has_its_name_and_its_text()
    {
        using BlasProgram program = new();
        (int Status, string Name, string Text)[] known =
        [
            (0, "CUBLAS_STATUS_SUCCESS", "success"), (1, "CUBLAS_STATUS_NOT_INITIALIZED", "the library was not initialized"),
            (3, "CUBLAS_STATUS_ALLOC_FAILED", "the resource allocation failed"), (7, "CUBLAS_STATUS_INVALID_VALUE", "an unsupported value or parameter was passed to the function"),
            (8, "CUBLAS_STATUS_ARCH_MISMATCH", "the function requires an architectural feature absent from the device"), (11, "CUBLAS_STATUS_MAPPING_ERROR", "an access to GPU memory space failed"),
            (13, "CUBLAS_STATUS_EXECUTION_FAILED", "the function failed to launch on the GPU"), (14, "CUBLAS_STATUS_INTERNAL_ERROR", "an internal operation failed"),
            (15, "CUBLAS_STATUS_NOT_SUPPORTED", "the requested functionality is not supported"), (16, "CUBLAS_STATUS_LICENSE_ERROR", "the license check failed"),
        ];
        for (int status = -1; status <= 20; status++)
        {
            (_, string? name, string? text) = Array.Find(known, row => row.Status == status);
            Assert.Equal(name ?? "unrecognized status", Marshal.PtrToStringUTF8((nint)program.Blas.cublasGetStatusName((cublasStatus_t)status)));
            Assert.Equal(text ?? "unrecognized status", Marshal.PtrToStringUTF8((nint)program.Blas.cublasGetStatusString((cublasStatus_t)status)));
            Assert.Equal(name ?? "unrecognized status", Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)program.Raw("cublasLtGetStatusName"))(status)));
        }
    }

    [Theory]
    [InlineData(12, 12, 8, 4)]
    [InlineData(13, 13, 1, 0)]
    public void A_property_is_one_part_of_the_version(int generation, int major, int minor, int patch)
    {
        using BlasProgram program = new(new EmulatorOptions { CublasMajor = generation });
        int* parts = stackalloc int[3];
        foreach (string name in (string[])["cublasGetProperty", "cublasLtGetProperty"])
        {
            var get = (delegate* unmanaged<int, int*, cublasStatus_t>)program.Raw(name);
            for (int part = 0; part < 3; part++)
            {
                BlasProgram.Ok(get(part, parts + part));
            }

            Assert.Equal([major, minor, patch], new ReadOnlySpan<int>(parts, 3).ToArray());
            Assert.Equal(7, (int)get(3, parts));
            Assert.Equal(7, (int)get(0, null));
        }
    }

    [Fact]
    public void Setting_the_stream_resets_the_workspace_even_to_the_same_stream()
    {
        using BlasProgram program = new();
        ulong workspace = program.Device.Alloc(1 << 16);
        BlasProgram.Ok(program.Blas.cublasSetWorkspace_v2(program.Handle, (void*)workspace, 1 << 16));
        Assert.False(Pool());
        BlasProgram.Ok(program.Blas.cublasSetStream_v2(program.Handle, program.Device.Stream));
        Assert.True(Pool());
        BlasProgram.Ok(program.Blas.cublasSetWorkspace_v2(program.Handle, null, 0));
        Assert.False(Pool());

        bool Pool() => program.Device.Machine.Handles.Find<Emulator.Cublas.EmulatedCublasHandle>(program.Handle)!.UsesPool;
    }

    [Fact]
    public void A_handle_in_use_by_two_threads_at_once_is_found()
    {
        using BlasProgram program = new();
        using CountdownEvent ready = new(2);
        using ManualResetEventSlim go = new();
        int entering = 0;
        Thread[] threads = [new(Use), new(Use)];
        Array.ForEach(threads, thread => thread.Start());
        ready.Wait();
        lock (program.Device.Machine.Gate)
        {
            go.Set();
            SpinWait.SpinUntil(() => Volatile.Read(ref entering) == 2 && threads.All(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)));
        }

        Array.ForEach(threads, thread => thread.Join());
        Finding found = Assert.Single(program.Device.Machine.Findings);
        Assert.Equal(FindingKind.Handle, found.Kind);
        Assert.Contains("another thread at the same time", found.Message, StringComparison.Ordinal);

        void Use()
        {
            program.Device.Driver.cuCtxSetCurrent(program.Device.Context);
            ready.Signal();
            go.Wait();
            Interlocked.Increment(ref entering);
            program.Blas.cublasSetMathMode(program.Handle, cublasMath_t.CUBLAS_DEFAULT_MATH);
        }
    }

    [Theory]
    [InlineData(8, cublasMath_t.CUBLAS_DEFAULT_MATH, 1 + (1.0 / 4096))]
    [InlineData(8, cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH, 1.0)]
    [InlineData(8, cublasMath_t.CUBLAS_PEDANTIC_MATH, 1 + (1.0 / 4096))]
    [InlineData(7, cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH, 1 + (1.0 / 4096))]
    internal void Operands_of_sgemm_are_rounded_where_the_math_mode_says_so_and_the_device_can(int major, cublasMath_t mode, double expected)
    {
        using BlasProgram program = new(new EmulatorOptions { Devices = [major == 8 ? EmulatedDeviceProfile.Ampere : EmulatedDeviceProfile.Turing] });
        BlasProgram.Ok(program.Blas.cublasSetMathMode(program.Handle, mode));
        float one = 1, zero = 0;
        ulong a = program.Device.Upload(BitConverter.GetBytes(1 + (1f / 4096))), b = program.Device.Upload(BitConverter.GetBytes(1f)), c = program.Device.Alloc(4);
        BlasProgram.Ok(program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, (float*)a, 1, (float*)b, 1, &zero, (float*)c, 1));
        Assert.Equal(expected, BitConverter.ToSingle(program.Device.Download(c, 4)));
    }

    [Fact]
    public void Scalars_on_the_host_are_frozen_at_the_call_also_in_a_graph()
    {
        using BlasProgram program = new();
        DriverApi driver = program.Device.Driver;
        ulong workspace = program.Device.Alloc(1 << 16), a = program.Device.Upload(BitConverter.GetBytes(5f)), c = program.Device.Alloc(4);
        BlasProgram.Ok(program.Blas.cublasSetWorkspace_v2(program.Handle, (void*)workspace, 1 << 16));
        Assert.Equal(0, (int)driver.cuStreamBeginCapture_v2(program.Device.Stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        float alpha = 3, zero = 0;
        BlasProgram.Ok(program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &alpha, (float*)a, 1, (float*)a, 1, &zero, (float*)c, 1));
        alpha = 100;
        nint graph, exec;
        Assert.Equal(0, (int)driver.cuStreamEndCapture(program.Device.Stream, &graph));
        Assert.Equal(0, (int)driver.cuGraphInstantiateWithFlags(&exec, graph, 0));
        Assert.Equal(0, (int)driver.cuGraphLaunch(exec, program.Device.Stream));
        Assert.Equal(75f, BitConverter.ToSingle(program.Device.Download(c, 4)));
    }
}
