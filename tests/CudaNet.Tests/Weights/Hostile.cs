using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What every bad input must come to: an exception of ours that names the file and gives a reason, and little memory.</summary>
internal static class Hostile
{
    public const string Name = "hostile-file";

    /// <summary>Reads everything there is to read.</summary>
    public static void Read(ReadOnlySpan<byte> bytes) => Read(WeightFile.Read(bytes, Name));

    private static void Read(WeightFile opened)
    {
        using WeightFile file = opened;
        foreach (WeightTensor tensor in file.Tensors)
        {
            tensor.Read();
        }
    }

    /// <summary>Fails unless the bytes are refused in the way promised, from a stream and at an odd address too.</summary>
    public static CudaNetException AssertRefused(ReadOnlySpan<byte> bytes, string reason = "")
    {
        byte[] copy = bytes.ToArray();
        CudaNetException exception = Refusal(() => Read(copy));
        Assert.Equal(exception.Message, Refusal(() => Read(WeightFile.Open(new ScriptedStream(copy), name: Name))).Message);
        Assert.Equal(exception.Message, Refusal(() => Read(WeightFile.Open(OpenForms.Moved(copy, 1), name: Name))).Message);
        Assert.Equal(Name, exception.File);
        Assert.StartsWith(Name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        return exception;
    }

    /// <summary>Fails unless the bytes are read, or refused with the file's name, either way within a memory that no small file may pass.</summary>
    public static void AssertReadOrRefused(byte[] bytes)
    {
        long allocated = Allocated(() =>
        {
            try
            {
                Read(bytes);
            }
            catch (CudaNetException exception)
            {
                Assert.Equal(Name, exception.File);
            }
        });
        Assert.InRange(allocated, 0, 2 << 20);
    }

    /// <summary>Bytes allocated on this thread while the file is refused or read.</summary>
    public static long Allocated(byte[] bytes, bool refused) => Allocated(() =>
    {
        if (refused)
        {
            Refusal(() => Read(bytes));
        }
        else
        {
            Read(bytes);
        }
    });

    private static CudaNetException Refusal(Action read) => Assert.ThrowsAny<CudaNetException>(read);

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
