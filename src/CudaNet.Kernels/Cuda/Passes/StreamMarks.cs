namespace CudaNet.Kernels.Cuda;

/// <summary>Marks that the host waits for, or measures by.</summary>
internal static class StreamMarks
{
    /// <summary>Marks this place of the stream, in a capture for every launch of the graph.</summary>
    public static void Mark(this CudaStream stream, CudaEvent mark, bool isCapturing)
    {
        if (isCapturing)
        {
            stream.RecordExternal(mark);
        }
        else
        {
            stream.Record(mark);
        }
    }
}
