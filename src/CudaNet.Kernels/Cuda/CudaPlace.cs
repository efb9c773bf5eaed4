using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A stream with the libraries' handles that work in it. One run at a time: a handle is one thread's, and a stream's work has one order.</summary>
internal sealed class CudaPlace : Place
{
    private readonly OwnedObjects _owned = new();
    private readonly CudaContext _context;
    private readonly CublasHandle? _cublas;

    /// <exception cref="CudaException">The driver or a library refuses.</exception>
    public CudaPlace(PreparedModel model, int index, CudaContext context, CudaLinear linear)
        : base(model, index)
    {
        _context = context;
        try
        {
            Stream = _owned.Add(new CudaStream(context));
            Cudnn = _owned.Add(new CudnnHandle(Stream));
            _cublas = linear == CudaLinear.Cublas ? _owned.Add(new CublasHandle(Stream)) : null;
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public override bool IsExclusive => true;

    public CudaStream Stream { get; }

    public CudnnHandle Cudnn { get; }

    public CublasHandle Cublas => _cublas ?? throw new InvalidOperationException("the classifier is computed by kernels");

    protected override void Dispose(bool disposing)
    {
        using ContextScope scope = _context.PushToRelease();
        _owned.Dispose();
        base.Dispose(disposing);
    }
}
