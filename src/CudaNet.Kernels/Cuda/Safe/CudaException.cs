using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A call into NVIDIA's libraries did not succeed. The message names the call with the arguments that matter, and the result by name and number.</summary>
public class CudaException : CudaNetException
{
    internal CudaException(NativeFailure failure, Exception? inner = null)
        : this(failure.ToString(), failure, inner)
    {
    }

    private protected CudaException(string message, NativeFailure failure, Exception? inner)
        : base(message, inner)
    {
        Call = failure.Call;
        Result = failure.Result;
        Number = failure.Number;
        Arguments = failure.Arguments;
        Log = failure.Log;
        Hint = failure.Hint;
    }

    /// <inheritdoc/>
    public override string Message => string.IsNullOrWhiteSpace(Log) ? base.Message : $"{base.Message}{Environment.NewLine}{Log.Trim()}";

    /// <summary>The exported name of the function that failed, such as <c>cuMemAlloc_v2</c>.</summary>
    public string Call { get; }

    /// <summary>What it answered, by NVIDIA's name; for a number without one, that number.</summary>
    public string Result { get; }

    /// <summary>What it answered. cuDNN 8 and 9 use different numbers for the same <see cref="Result"/>.</summary>
    public int Number { get; }

    /// <summary>The arguments that matter, in words; null where none does.</summary>
    public string? Arguments { get; }

    /// <summary>What the driver's compiler wrote about a module it refused; null for other failures.</summary>
    public string? Log { get; }
}
