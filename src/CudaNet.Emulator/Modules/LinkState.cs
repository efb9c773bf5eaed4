using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>
/// A link in progress: PTX texts that become one image. Each must compile on its own; together they must have each kernel, function and variable once.
/// The image lives as long as this. Used under the machine's gate.
/// </summary>
internal sealed unsafe class LinkState(JitOptions options, EmulatedDeviceProfile device) : IDisposable
{
    private static readonly string[] HeaderDirectives = [".version", ".target", ".address_size"];

    private readonly List<string> _texts = [];
    private void* _image;

    public nint Handle { get; set; }

    /// <summary>Adds an input.</summary>
    /// <param name="type">PTX, or an image of this linker as a cubin; machine code is refused.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="name">What logs call it.</param>
    public CUresult Add(CUjitInputType type, ReadOnlySpan<byte> data, string name)
    {
        string text;
        if (type == CUjitInputType.CU_JIT_INPUT_PTX)
        {
            text = Encoding.UTF8.GetString(data.TrimEnd((byte)0));
        }
        else if (!ModuleImage.TryUnpack(data, out text))
        {
            options.Write(string.Empty, $"{name}: the emulated linker links PTX; this is machine code, or a kind of input it does not know.");
            return CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU;
        }

        CUresult compiled = ModuleCompiler.CompileText(text, name, device, options, out _);
        if (compiled == CUresult.CUDA_SUCCESS)
        {
            _texts.Add(text);
        }

        return compiled;
    }

    /// <summary>Links what was added.</summary>
    /// <param name="image">What modules are loaded from; it goes with this.</param>
    /// <param name="size">Its bytes.</param>
    public CUresult Complete(out void* image, out nuint size)
    {
        image = null;
        size = 0;
        string text = string.Join('\n', _texts.Select((t, i) => i == 0 ? t : WithoutHeader(t)));
        CUresult linked = _texts.Count == 0
            ? CUresult.CUDA_ERROR_INVALID_VALUE
            : ModuleCompiler.CompileText(text, "linked PTX", device, options, out PtxModule _);
        if (linked != CUresult.CUDA_SUCCESS)
        {
            return linked;
        }

        byte[] packed = ModuleImage.Pack(text);
        size = (nuint)packed.Length;
        _image = NativeMemory.Realloc(_image, size);
        packed.CopyTo(new Span<byte>(_image, packed.Length));
        image = _image;
        return CUresult.CUDA_SUCCESS;
    }

    public void Dispose()
    {
        NativeMemory.Free(_image);
        _image = null;
    }

    /// <summary>The first text's header holds for all.</summary>
    private static string WithoutHeader(string text) => string.Join('\n', text.Split('\n').Select(line =>
        HeaderDirectives.Any(d => line.TrimStart().StartsWith(d, StringComparison.Ordinal)) ? string.Empty : line));
}
