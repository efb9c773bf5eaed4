using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>
/// What a program gives to be loaded: PTX text, or an image that the emulated linker made. Machine code for real devices is recognised and refused.
/// A linked image is opaque to programs; inside, it is the text behind a header that begins as an ELF file does.
/// </summary>
internal static unsafe class ModuleImage
{
    private const int HeaderBytes = 24;

    private static ReadOnlySpan<byte> ElfMagic => "\u007fELF"u8;

    private static ReadOnlySpan<byte> LinkedMagic => "\u007fELF\u0002\u0001\u0001\0CudaNet\0"u8;

    /// <summary>Reads an image that ends with a zero byte or says its size itself.</summary>
    /// <param name="image">Its first byte.</param>
    /// <param name="ptx">The text, where the answer is success.</param>
    public static CUresult Read(void* image, out string ptx)
    {
        ptx = string.Empty;
        if (image == null)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        byte* bytes = (byte*)image;
        if (StartsWith(bytes, LinkedMagic))
        {
            int length = *(int*)(bytes + LinkedMagic.Length);
            return TryUnpack(new ReadOnlySpan<byte>(image, HeaderBytes + length), out ptx) ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_INVALID_IMAGE;
        }

        if (IsMachineCode(bytes))
        {
            return CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU;
        }

        ptx = Marshal.PtrToStringUTF8((nint)image) ?? string.Empty;
        return LooksLikePtx(ptx) ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_INVALID_IMAGE;
    }

    /// <summary>The text of a linked image.</summary>
    /// <returns>False for anything else.</returns>
    public static bool TryUnpack(ReadOnlySpan<byte> image, out string ptx)
    {
        ptx = string.Empty;
        if (image.Length < HeaderBytes || !image.StartsWith(LinkedMagic))
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(image[LinkedMagic.Length..]);
        if (length < 0 || length > image.Length - HeaderBytes)
        {
            return false;
        }

        ptx = Encoding.UTF8.GetString(image.Slice(HeaderBytes, length));
        return true;
    }

    /// <summary>Whether these bytes begin as a linked image does and hold less than it says of itself.</summary>
    public static bool IsCutOff(ReadOnlySpan<byte> image) => image.StartsWith(LinkedMagic) && !TryUnpack(image, out _);

    /// <summary>The image of linked text.</summary>
    public static byte[] Pack(string ptx)
    {
        byte[] image = new byte[HeaderBytes + Encoding.UTF8.GetByteCount(ptx) + 1];
        LinkedMagic.CopyTo(image);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(LinkedMagic.Length), image.Length - HeaderBytes - 1);
        Encoding.UTF8.GetBytes(ptx, image.AsSpan(HeaderBytes));
        return image;
    }

    private static bool IsMachineCode(byte* bytes)
    {
        if (StartsWith(bytes, ElfMagic))
        {
            return true;
        }

        // A fat binary, and the record that points at one.
        ReadOnlySpan<byte> fatbin = [0x50, 0xED, 0x55, 0xBA];
        ReadOnlySpan<byte> wrapper = [0xB1, 0x43, 0x62, 0x46];
        return StartsWith(bytes, fatbin) || StartsWith(bytes, wrapper);
    }

    /// <summary>Compares byte by byte, and so never reads past the zero that ends a text.</summary>
    private static bool StartsWith(byte* bytes, ReadOnlySpan<byte> magic)
    {
        for (int i = 0; i < magic.Length; i++)
        {
            if (bytes[i] != magic[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the first word behind spaces and comments is a directive.</summary>
    private static bool LooksLikePtx(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
        while (rest.StartsWith("//", StringComparison.Ordinal) || rest.StartsWith("/*", StringComparison.Ordinal))
        {
            string end = rest[1] == '/' ? "\n" : "*/";
            int at = rest.IndexOf(end, StringComparison.Ordinal);
            rest = at < 0 ? [] : rest[(at + end.Length)..].TrimStart();
        }

        return rest.StartsWith(".", StringComparison.Ordinal);
    }
}
