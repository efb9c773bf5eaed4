using System.Runtime.InteropServices;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Host functions for streams: keeps the actions alive until it is disposed, and hands on what they threw.</summary>
internal sealed unsafe class HostFunctions : IDisposable
{
    private readonly List<GCHandle> _handles = [];
    private readonly List<Exception> _thrown = [];

    /// <summary>Queues the action to the stream, or makes a node of it.</summary>
    public void Queue(DeviceProgram program, nint stream, Action action)
    {
        GCHandle handle = GCHandle.Alloc(new Entry(this, action));
        _handles.Add(handle);
        nint entry = (nint)(delegate* unmanaged<nint, void>)&Call;
        program.Ok(program.Driver.cuLaunchHostFunc(stream, entry, (void*)GCHandle.ToIntPtr(handle)));
    }

    public void Dispose()
    {
        foreach (GCHandle handle in _handles)
        {
            handle.Free();
        }

        Assert.Empty(_thrown);
    }

    [UnmanagedCallersOnly]
    private static void Call(nint data)
    {
        var entry = (Entry)GCHandle.FromIntPtr(data).Target!;
        try
        {
            entry.Action();
        }
        catch (Exception thrown)
        {
            entry.Owner._thrown.Add(thrown);
        }
    }

    private sealed record Entry(HostFunctions Owner, Action Action);
}
