using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that misuse cuBLAS.</summary>
public sealed unsafe class CublasTests
{
    private const int Size = 8;
    private const int WorkspaceFloats = 1 << 16;

    [Fact]
    public void A_misaligned_workspace_is_found()
    {
        using DeviceProgram program = new();
        (CublasApi cublas, nint handle, nint stream) = Make(program);
        ulong workspace = program.Allocate(WorkspaceFloats);
        Ok(program, cublas.cublasSetStream_v2(handle, stream));
        Ok(program, cublas.cublasSetWorkspace_v2(handle, (void*)workspace, WorkspaceFloats * 4));
        Assert.Equal(Size, Multiply(program, cublas, handle));
        program.IsClean();

        Assert.Equal(cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE, cublas.cublasSetWorkspace_v2(handle, (void*)(workspace + 16), (WorkspaceFloats * 4) - 16));
        program.Found(FindingKind.Workspace, "cublasSetWorkspace_v2", $"0x{workspace + 16:x}", "256");
    }

    [Fact]
    public void A_capture_after_the_stream_was_set_and_the_workspace_was_not_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            (CublasApi cublas, nint handle, nint stream) = Make(program);
            ulong workspace = program.Allocate(WorkspaceFloats), a = Ones(program), b = Ones(program), c = program.Allocate(Size * Size);
            if (mutant)
            {
                Ok(program, cublas.cublasSetWorkspace_v2(handle, (void*)workspace, WorkspaceFloats * 4));
            }

            Ok(program, cublas.cublasSetStream_v2(handle, stream));
            if (!mutant)
            {
                Ok(program, cublas.cublasSetWorkspace_v2(handle, (void*)workspace, WorkspaceFloats * 4));
            }

            program.BeginCapture(stream);
            Ok(program, Multiply(cublas, handle, a, b, c));
            if (mutant)
            {
                program.Found(FindingKind.Workspace, "cublasSgemm_v2", "cublasSetStream");
                return;
            }

            nint executable = program.Instantiate(program.EndCapture(stream));
            program.Ok(program.Driver.cuGraphLaunch(executable, stream));
            program.Synchronise(stream);
            Assert.Equal(Enumerable.Repeat((float)Size, Size * Size), program.Download(c, Size * Size));
            program.IsClean();
        }
    }

    [Fact]
    public void A_workspace_of_two_streams_at_once_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            (CublasApi cublas, nint first, nint stream) = Make(program);
            (_, nint second, nint other) = Make(program);
            ulong workspace = program.Allocate(WorkspaceFloats), a = Ones(program), b = Ones(program);
            ulong c = program.Allocate(Size * Size), d = program.Allocate(Size * Size);
            Ok(program, cublas.cublasSetStream_v2(first, stream));
            Ok(program, cublas.cublasSetStream_v2(second, other));
            Ok(program, cublas.cublasSetWorkspace_v2(first, (void*)workspace, WorkspaceFloats * 4));
            Ok(program, cublas.cublasSetWorkspace_v2(second, (void*)workspace, WorkspaceFloats * 4));
            Ok(program, Multiply(cublas, first, a, b, c));
            if (!mutant)
            {
                program.Order(stream, other);
            }

            Ok(program, Multiply(cublas, second, a, b, d));
            program.Synchronise(stream);
            program.Synchronise(other);
            Assert.Equal(Enumerable.Repeat((float)Size, Size * Size), program.Download(d, Size * Size));
            if (mutant)
            {
                program.Found(FindingKind.Workspace, "cublasSgemm_v2", $"stream 0x{stream:x}", $"stream 0x{other:x}");
            }
            else
            {
                program.IsClean();
            }
        }
    }

    [Fact]
    public void A_matrix_that_is_larger_than_its_memory_is_found()
    {
        using DeviceProgram program = new();
        (CublasApi cublas, nint handle, nint stream) = Make(program);
        Ok(program, cublas.cublasSetStream_v2(handle, stream));
        ulong a = Ones(program), b = Ones(program), c = program.Allocate((Size * Size) - 1);
        Ok(program, Multiply(cublas, handle, a, b, c));
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, program.Driver.cuStreamSynchronize(stream));
        program.Found(FindingKind.OutOfBounds, "cublasSgemm", "252 bytes");
    }

    [Fact]
    public void A_handle_that_was_destroyed_is_found()
    {
        using DeviceProgram program = new();
        (CublasApi cublas, nint handle, nint stream) = Make(program);
        Ok(program, cublas.cublasSetStream_v2(handle, stream));
        Ok(program, cublas.cublasDestroy_v2(handle));
        program.IsClean();

        Assert.Equal(cublasStatus_t.CUBLAS_STATUS_NOT_INITIALIZED, cublas.cublasSetStream_v2(handle, stream));
        program.Found(FindingKind.Handle, "cublasSetStream_v2", $"0x{handle:x}");
    }

    [Fact]
    public void Factors_on_the_other_side_than_the_pointer_mode_says_are_found()
    {
        using DeviceProgram program = new();
        (CublasApi cublas, nint handle, nint stream) = Make(program);
        Ok(program, cublas.cublasSetStream_v2(handle, stream));
        ulong a = Ones(program), b = Ones(program), c = program.Allocate(Size * Size), factors = program.Upload(1, 0);
        Ok(program, cublas.cublasSetPointerMode_v2(handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
        Ok(program, Multiply(cublas, handle, a, b, c, (float*)factors, (float*)factors + 1));
        program.Synchronise(stream);
        Assert.Equal(Enumerable.Repeat((float)Size, Size * Size), program.Download(c, Size * Size));
        program.IsClean();

        Ok(program, cublas.cublasSetPointerMode_v2(handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_HOST));
        Assert.Equal(cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE, Multiply(cublas, handle, a, b, c, (float*)factors, (float*)factors + 1));
        program.Found(FindingKind.Argument, "cublasSgemm_v2", "alpha", "pointer mode");

        program.Findings.Clear();
        Ok(program, cublas.cublasSetPointerMode_v2(handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
        Ok(program, Multiply(cublas, handle, a, b, c));
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, program.Driver.cuStreamSynchronize(stream));
        program.Found(FindingKind.OutOfBounds, "cublasSgemm_v2", "4 bytes");
    }

    private static (CublasApi Cublas, nint Handle, nint Stream) Make(DeviceProgram program)
    {
        CublasApi cublas = new(new NativeExports(program.Machine.Libraries.Cublas));
        nint handle;
        Ok(program, cublas.cublasCreate_v2(&handle));
        return (cublas, handle, program.Stream());
    }

    private static void Ok(DeviceProgram program, cublasStatus_t status) =>
        Assert.True(status == cublasStatus_t.CUBLAS_STATUS_SUCCESS, $"{status}; findings: {string.Join("; ", program.Findings)}");

    private static ulong Ones(DeviceProgram program) => program.Upload([.. Enumerable.Repeat(1f, Size * Size)]);

    /// <summary>The first element of the product of two matrices of ones.</summary>
    private static float Multiply(DeviceProgram program, CublasApi cublas, nint handle)
    {
        ulong c = program.Allocate(Size * Size);
        Ok(program, Multiply(cublas, handle, Ones(program), Ones(program), c));
        program.Ok(program.Driver.cuCtxSynchronize());
        return program.Download(c, 1)[0];
    }

    private static cublasStatus_t Multiply(CublasApi cublas, nint handle, ulong a, ulong b, ulong c)
    {
        float one = 1, zero = 0;
        return Multiply(cublas, handle, a, b, c, &one, &zero);
    }

    private static cublasStatus_t Multiply(CublasApi cublas, nint handle, ulong a, ulong b, ulong c, float* alpha, float* beta) => cublas.cublasSgemm_v2(
        handle, cublasOperation_t.CUBLAS_OP_N, cublasOperation_t.CUBLAS_OP_N, Size, Size, Size, alpha, (float*)a, Size, (float*)b, Size, beta, (float*)c, Size);
}
