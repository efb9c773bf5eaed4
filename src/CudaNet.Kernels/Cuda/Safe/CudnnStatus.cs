using System.Globalization;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// cuDNN's results in both numberings: version 8 counts from 0 to 14, version 9 uses thousands, with a category in the thousands and detail below.
/// No number means different things in the two, so results are judged without asking for the version.
/// </summary>
internal static unsafe class CudnnStatus
{
    /// <summary>Version 8's names by number.</summary>
    private static readonly string[] Version8 =
    [
        "SUCCESS", "NOT_INITIALIZED", "ALLOC_FAILED", "BAD_PARAM", "INTERNAL_ERROR", "INVALID_VALUE", "ARCH_MISMATCH", "MAPPING_ERROR",
        "EXECUTION_FAILED", "NOT_SUPPORTED", "LICENSE_ERROR", "RUNTIME_PREREQUISITE_MISSING", "RUNTIME_IN_PROGRESS", "RUNTIME_FP_OVERFLOW", "VERSION_MISMATCH",
    ];

    /// <summary>The configuration cannot run; another algorithm or layout may.</summary>
    public static bool IsNotSupported(cudnnStatus_t status) => (int)status is 6 or 9 or (>= 3000 and < 4000);

    /// <summary>The arguments are wrong, or (in version 8) the configuration is not supported by a call that says so this way.</summary>
    public static bool IsBadParameter(cudnnStatus_t status) => (int)status is 3 or 5 or (>= 2000 and < 3000);

    /// <summary>Memory for the call could not be had, or the given workspace is too small.</summary>
    public static bool IsOutOfMemory(cudnnStatus_t status) => (int)status is 2 or 4003 or 4004 or 2006;

    /// <summary>Something failed on the device: it may have faulted.</summary>
    public static bool IsExecution(cudnnStatus_t status) => (int)status is 4 or 7 or 8 or (>= 4000 and not 4003 and not 4004 and < 6000);

    public static string Name(CudnnApi? cudnn, int number)
    {
        if (number >= 0 && number < Version8.Length)
        {
            return $"CUDNN_STATUS_{Version8[number]}";
        }

        string? name = Enum.GetName((cudnnStatus_t)number) ?? (cudnn is null ? null : ResultText.Text(cudnn.cudnnGetErrorString((cudnnStatus_t)number)));
        return name is null or "CUDNN_UNKNOWN_STATUS" ? number.ToString(CultureInfo.InvariantCulture) : name;
    }

    public static string? Hint(int number) => number switch
    {
        1 or 1001 => "cuDNN needs a working driver and a current context when a handle is made.",
        14 or 1002 => "cuDNN's libraries are of different versions: see `cudanet doctor` for the folder they came from.",
        1008 or 3009 => "One of cuDNN's libraries could not be loaded: see `cudanet doctor`.",
        6 or 3007 => "This cuDNN has no code for the device's compute capability.",
        3005 => "The driver is older than this cuDNN needs.",
        _ => null,
    };

    /// <summary>The condition that version 9 says failed; reading it clears it. Null where there is none.</summary>
    public static string? LastError(CudnnApi cudnn)
    {
        const int Size = 512;
        if (cudnn.cudnnGetLastErrorString == null)
        {
            return null;
        }

        // Version 9.1 fills all it is given and writes no terminator: one byte more is kept zero.
        byte* text = stackalloc byte[Size + 1];
        new Span<byte>(text, Size + 1).Clear();
        cudnn.cudnnGetLastErrorString(text, Size);
        return ResultText.Text(text) is { Length: > 0 } message ? message.Trim() : null;
    }
}
