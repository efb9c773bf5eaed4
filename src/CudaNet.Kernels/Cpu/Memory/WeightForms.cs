using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The weights of a model, in each form that an algorithm wants them: made at most once a layer and algorithm, kept, counted. Thread-safe.
/// </summary>
/// <param name="allocator">Where their memory comes from.</param>
/// <param name="transformedLimit">The most bytes of forms that can be made anew while they are read.</param>
internal sealed class WeightForms(NativeAllocator allocator, long transformedLimit) : IDisposable
{
    private long _transformedBytes;

    private readonly Lock _lock = new();
    private readonly Dictionary<(LayerNode Layer, string Algorithm), object> _forms = [];
    private readonly NativeArena _arena = new(allocator);

    public long Bytes
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return _arena.Bytes;
            }
        }
    }

    /// <summary>The form that exists.</summary>
    public TForm Get<TForm>(LayerNode layer, string algorithm)
    {
        using (Uninterrupted.Enter(_lock))
        {
            return (TForm)_forms[(layer, algorithm)];
        }
    }

    /// <summary>The form that exists, or the one that is made now, by one thread.</summary>
    public TForm GetOrAdd<TForm>(LayerNode layer, string algorithm, Func<NativeArena, TForm> make)
        where TForm : class
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (!_forms.TryGetValue((layer, algorithm), out object? form))
            {
                form = make(_arena);
                _forms.Add((layer, algorithm), form);
            }

            return (TForm)form;
        }
    }

    /// <summary>A form that a step could also make while it reads: null where the limit leaves no room for it.</summary>
    public TForm? GetOrAddWithin<TForm>(LayerNode layer, string algorithm, long bytes, Func<NativeArena, TForm> make)
        where TForm : class
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (_forms.TryGetValue((layer, algorithm), out object? form))
            {
                return (TForm)form;
            }

            if (bytes > transformedLimit - _transformedBytes)
            {
                return null;
            }

            TForm made = make(_arena);
            _transformedBytes += bytes;
            _forms.Add((layer, algorithm), made);
            return made;
        }
    }

    public void Dispose() => _arena.Dispose();
}
