using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Native;

/// <summary>Fills a table of functions from one library, and tells all that it lacks at once.</summary>
internal sealed class NativeExports(IExportSource source)
{
    private readonly List<string> _missing = [];

    /// <summary>The function's address; 0, and noted as missing, where the library lacks it.</summary>
    public nint Required(string name)
    {
        nint address = source.Find(name);
        if (address == 0)
        {
            _missing.Add(name);
        }

        return address;
    }

    /// <summary>The function's address; 0 where this version of the library lacks it.</summary>
    public nint Optional(string name) => source.Find(name);

    /// <exception cref="CudaNetException">A required function was missing.</exception>
    public void ThrowIfIncomplete()
    {
        if (_missing.Count > 0)
        {
            throw new CudaNetException($"the library does not export {string.Join(", ", _missing)}")
            {
                File = source.Name,
                Hint = "It is older than what CudaNet supports, or not the library its name says.",
            };
        }
    }
}
