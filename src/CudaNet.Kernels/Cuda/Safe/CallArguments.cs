using System.Globalization;
using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>The arguments of a native call in words, formatted only where the call failed.</summary>
[InterpolatedStringHandler]
internal ref struct CallArguments
{
    private DefaultInterpolatedStringHandler _text;

    public CallArguments(int literalLength, int formattedCount, CUresult result, out bool failed)
        : this(literalLength, formattedCount, failed = result != CUresult.CUDA_SUCCESS)
    {
    }

    public CallArguments(int literalLength, int formattedCount, cublasStatus_t result, out bool failed)
        : this(literalLength, formattedCount, failed = result != cublasStatus_t.CUBLAS_STATUS_SUCCESS)
    {
    }

    public CallArguments(int literalLength, int formattedCount, cudnnStatus_t result, out bool failed)
        : this(literalLength, formattedCount, failed = result != cudnnStatus_t.CUDNN_STATUS_SUCCESS)
    {
    }

    private CallArguments(int literalLength, int formattedCount, bool failed)
    {
        if (failed)
        {
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
        }
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public string Text() => _text.ToStringAndClear();
}
