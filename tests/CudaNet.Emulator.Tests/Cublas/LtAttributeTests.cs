using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>The attributes of cublasLt's objects: which there are, how large, and what they start with.</summary>
public sealed unsafe class LtAttributeTests
{
    private const int Beyond = 45;

    [Theory]
    [InlineData(12, false)]
    [InlineData(13, true)]
    public void Each_attribute_of_an_operation_tells_its_size(int generation, bool withdrawn)
    {
        using BlasProgram program = new(new EmulatorOptions { CublasMajor = generation });
        nint operation;
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&operation, (cublasComputeType_t)(-1), (cudaDataType)99));
        for (int attribute = -1; attribute < Beyond; attribute++)
        {
            int size = attribute switch
            {
                >= 0 and <= 7 or 15 or 16 or 22 or 26 or (>= 31 and <= 35) or 37 => 4,
                8 or (>= 10 and <= 14) or (>= 17 and <= 21) or 23 or 24 or 36 => 8,
                25 => 1,
                27 or 28 => withdrawn ? 0 : 4,
                29 or 30 => withdrawn ? 0 : 8,
                38 => withdrawn ? 8 : 0,
                _ => 0,
            };
            CheckSize(program, "cublasLtMatmulDescGetAttribute", operation, attribute, size);
        }
    }

    [Fact]
    public void Each_attribute_of_a_layout_and_of_a_preference_tells_its_size()
    {
        using BlasProgram program = new();
        nint layout, preference;
        BlasProgram.Ok(program.Lt.cublasLtMatrixLayoutCreate(&layout, (cudaDataType)99, 0, 0, -1));
        BlasProgram.Ok(program.Lt.cublasLtMatmulPreferenceCreate(&preference));
        (int Attribute, int Size)[] ofLayout = [(0, 4), (1, 4), (2, 8), (3, 8), (4, 8), (5, 4), (6, 8)];
        foreach ((int attribute, int value) in ofLayout)
        {
            CheckSize(program, "cublasLtMatrixLayoutGetAttribute", layout, attribute, value);
        }

        for (int attribute = -1; attribute < Beyond; attribute++)
        {
            CheckSize(program, "cublasLtMatmulPreferenceGetAttribute", preference, attribute, attribute switch { 0 or 3 or (>= 5 and <= 9) => 4, 1 or 12 => 8, _ => 0 });
        }
    }

    [Fact]
    public void Attributes_start_with_their_defaults()
    {
        using BlasProgram program = new();
        nint operation, preference;
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&operation, cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType.CUDA_R_32F));
        BlasProgram.Ok(program.Lt.cublasLtMatmulPreferenceCreate(&preference));
        (int Attribute, int Value)[] ofOperation = [(0, 68), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 2), (7, 1), (15, 0), (22, -1), (26, -1)];
        foreach ((int attribute, int value) in ofOperation)
        {
            Assert.Equal(value, (int)Read(program, "cublasLtMatmulDescGetAttribute", operation, attribute, 4));
        }

        (int Attribute, int Value)[] ofPreference = [(0, 0), (3, 7), (5, 256), (6, 256), (7, 256), (8, 256), (9, 0)];
        foreach ((int attribute, int value) in ofPreference)
        {
            Assert.Equal(value, (int)Read(program, "cublasLtMatmulPreferenceGetAttribute", preference, attribute, 4));
        }

        Assert.Equal(0, Read(program, "cublasLtMatmulPreferenceGetAttribute", preference, 1, 8));
        Assert.Equal(-1, Read(program, "cublasLtMatmulPreferenceGetAttribute", preference, 12, 8));
    }

    [Fact]
    public void Objects_are_not_made_into_null_and_null_is_destroyed_without_harm()
    {
        using BlasProgram program = new();
        Assert.Equal(7, (int)program.Lt.cublasLtMatmulDescCreate(null, 0, 0));
        Assert.Equal(7, (int)program.Lt.cublasLtMatrixLayoutCreate(null, 0, 1, 1, 1));
        Assert.Equal(7, (int)program.Lt.cublasLtMatmulPreferenceCreate(null));
        Assert.Equal(0, (int)program.Lt.cublasLtMatmulDescDestroy(0));
        Assert.Equal(0, (int)program.Lt.cublasLtMatrixLayoutDestroy(0));
        Assert.Equal(0, (int)program.Lt.cublasLtMatmulPreferenceDestroy(0));
        Assert.Equal(0, ((delegate* unmanaged<nuint, int>)program.Raw("cublasLtHeuristicsCacheSetCapacity"))(0));
    }

    private static void CheckSize(BlasProgram program, string name, nint handle, int attribute, int size)
    {
        var get = (delegate* unmanaged<nint, int, void*, nuint, nuint*, int>)program.Raw(name);
        nuint written = 77;
        long value;
        Assert.Equal((attribute, size == 0 ? 7 : 0), (attribute, get(handle, attribute, null, 0, &written)));
        Assert.Equal((attribute, size == 0 ? 77 : size), (attribute, (int)written));
        Assert.Equal(7, get(handle, attribute, &value, (nuint)(size + 1), &written));
        if (size > 1)
        {
            Assert.Equal(7, get(handle, attribute, &value, (nuint)(size - 1), &written));
        }
    }

    private static long Read(BlasProgram program, string name, nint handle, int attribute, nuint size)
    {
        long value = 0;
        nuint written;
        Assert.Equal(0, ((delegate* unmanaged<nint, int, void*, nuint, nuint*, int>)program.Raw(name))(handle, attribute, &value, size, &written));
        return size == 4 ? (int)value : value;
    }
}
