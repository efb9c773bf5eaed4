using CudaNet.Emulator.Ptx;

namespace CudaNet.Emulator.Modules;

/// <summary>Copies what a launch hands its kernel into one block of parameters, and holds the sizes against the kernel's signature.</summary>
internal static unsafe class LaunchArguments
{
    private const nint EndOfExtra = 0;
    private const nint BufferPointer = 1;
    private const nint BufferSize = 2;

    /// <summary>Copies the parameters.</summary>
    /// <param name="kernel">Whose signature says how many there are, where, and how large.</param>
    /// <param name="parameters">One pointer a parameter; or null.</param>
    /// <param name="extra">Keys and values that name one packed buffer; or null.</param>
    /// <param name="block">The parameters as the kernel reads them.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Copy(PtxKernel kernel, void** parameters, void** extra, out byte[] block)
    {
        block = new byte[kernel.ParameterBytes];
        if (parameters != null && extra != null)
        {
            return "both kernelParams and extra are given";
        }

        if (extra != null)
        {
            return CopyBuffer(kernel, extra, block);
        }

        if (kernel.Parameters.Count == 0)
        {
            return null;
        }

        return parameters == null ? $"no parameters are given; the kernel takes {kernel.Parameters.Count}" : CopyEach(kernel, parameters, block);
    }

    private static string? CopyEach(PtxKernel kernel, void** parameters, Span<byte> block)
    {
        for (int i = 0; i < kernel.Parameters.Count; i++)
        {
            PtxVariable parameter = kernel.Parameters[i];
            if (parameters[i] == null)
            {
                return $"kernelParams[{i}], for '{parameter.Name}', is null";
            }

            new ReadOnlySpan<byte>(parameters[i], (int)parameter.Size).CopyTo(block[(int)parameter.Offset..]);
        }

        return null;
    }

    private static string? CopyBuffer(PtxKernel kernel, void** extra, Span<byte> block)
    {
        void* buffer = null;
        nuint* size = null;
        for (; (nint)extra[0] != EndOfExtra; extra += 2)
        {
            switch ((nint)extra[0])
            {
                case BufferPointer when buffer == null:
                    buffer = extra[1];
                    break;
                case BufferSize when size == null:
                    size = (nuint*)extra[1];
                    break;
                default:
                    return $"extra has the key {(nint)extra[0]}, which is unknown or comes twice";
            }
        }

        if (block.IsEmpty && (size == null || *size == 0))
        {
            return null;
        }

        if (buffer == null || size == null)
        {
            return "extra lacks the buffer's address or its size";
        }

        if (*size < (nuint)block.Length || *size > Padded(kernel))
        {
            return $"the buffer of parameters has {*size} bytes; the kernel takes {block.Length}";
        }

        new ReadOnlySpan<byte>(buffer, block.Length).CopyTo(block);
        return null;
    }

    /// <summary>A struct of C that holds the parameters ends with padding up to its alignment.</summary>
    private static nuint Padded(PtxKernel kernel)
    {
        int alignment = kernel.Parameters.Count == 0 ? 1 : kernel.Parameters.Max(p => p.Alignment);
        return (nuint)((kernel.ParameterBytes + alignment - 1) / alignment * alignment);
    }
}
