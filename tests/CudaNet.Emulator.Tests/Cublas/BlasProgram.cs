using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>A program that uses cuBLAS and cublasLt through their exported functions.</summary>
internal sealed unsafe class BlasProgram : IDisposable
{
    public BlasProgram(EmulatorOptions? options = null)
    {
        Device = new LibraryProgram(options);
        Blas = new CublasApi(new NativeExports(Device.Machine.Libraries.Cublas));
        Lt = new CublasLtApi(new NativeExports(Device.Machine.Libraries.CublasLt));
        nint handle;
        Ok(Blas.cublasCreate_v2(&handle));
        Handle = handle;
        Ok(Blas.cublasSetStream_v2(Handle, Device.Stream));
    }

    public LibraryProgram Device { get; }

    public CublasApi Blas { get; }

    public CublasLtApi Lt { get; }

    public nint Handle { get; }

    public static void Ok(cublasStatus_t status) => Assert.Equal(cublasStatus_t.CUBLAS_STATUS_SUCCESS, status);

    /// <summary>A column-major matrix of random values as stored, and its values.</summary>
    public static HostTensor Matrix(int seed, ElementType type, int rows, int columns) => HostTensor.Random(seed, type, false, columns, rows, 1, 1);

    /// <summary>The address of a function that the project's own tables lack.</summary>
    public nint Raw(string export)
    {
        IExportSource library = export.StartsWith("cublasLt", StringComparison.Ordinal) ? Device.Machine.Libraries.CublasLt : Device.Machine.Libraries.Cublas;
        nint address = library.Find(export);
        Assert.NotEqual(0, address);
        return address;
    }

    public void Dispose() => Device.Dispose();
}
