using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// The time in which a context is on top of this thread's stack of contexts. It keeps the context alive: objects may be freed in it, the last of them too,
/// and only after the stack is as it was before may the context end.
/// </summary>
internal readonly unsafe ref struct ContextScope : IDisposable
{
    private readonly CudaContext? _context;

    private ContextScope(CudaContext context) => _context = context;

    /// <summary>Pushes it. Where the driver refuses, the result says why, and the scope does nothing.</summary>
    public static CUresult TryPush(CudaContext context, out ContextScope scope)
    {
        scope = default;
        CUresult result = context.Driver.cuCtxPushCurrent_v2(context.NativeHandle);
        if (result == CUresult.CUDA_SUCCESS)
        {
            context.AddReference();
            CudaContext.Remember(context);
            scope = new ContextScope(context);
        }

        return result;
    }

    /// <summary>Pops it. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose()
    {
        if (_context is not null)
        {
            Pop(_context);
        }
    }

    /// <summary>Ends a scope that nobody disposes of.</summary>
    public static void Pop(CudaContext context)
    {
        nint popped;
        CUresult result = context.Driver.cuCtxPopCurrent_v2(&popped);
        CudaContext.Remember(null);
        context.Report(nameof(DriverApi.cuCtxPopCurrent_v2), context.NativeHandle, (int)result);
        context.RemoveReference();
    }
}
