using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Exports;

/// <summary>The list of nodes that <c>cuStreamGetCaptureInfo</c> shows of a stream: memory that stays until the next such call for it.</summary>
internal sealed unsafe class CaptureDependencies
{
    private static readonly ConditionalWeakTable<EmulatedStream, CaptureDependencies> OfStreams = [];

    private CaptureDependencies()
    {
    }

    ~CaptureDependencies() => NativeMemory.Free(Nodes);

    public nint* Nodes { get; private set; }

    public nuint Count { get; private set; }

    /// <summary>The nodes that the stream's next one will follow, as they are now.</summary>
    public static CaptureDependencies Of(EmulatedStream stream)
    {
        CaptureDependencies list = OfStreams.GetValue(stream, _ => new CaptureDependencies());
        list.Count = (nuint)stream.CaptureTail.Count;
        list.Nodes = (nint*)NativeMemory.Realloc(list.Nodes, Math.Max(1, list.Count) * (nuint)sizeof(nint));
        for (int i = 0; i < stream.CaptureTail.Count; i++)
        {
            list.Nodes[i] = stream.CaptureTail[i].Handle;
        }

        return list;
    }
}
