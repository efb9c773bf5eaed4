using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>A program that captures: one stream in a capture, another beside it, an event recorded before, an executable graph.</summary>
internal sealed unsafe class Stage : IDisposable
{
    private readonly ulong _pageable = (ulong)NativeMemory.AllocZeroed(64);

    public Stage(CUstreamCaptureMode mode, bool isBlocking)
    {
        Stream = Program.Stream(isBlocking);
        Other = Program.Stream();
        Memory = Program.Alloc();
        Outside = Program.Event();
        Ok(Program.Record(Outside, Other));
        Ok(Program.Begin(Other));
        Ok(Program.End(Other, out EmulatedGraph? empty));
        Exec = Program.Instantiate(empty!);
        Ok(Program.Synchronize());
        Ok(Program.Begin(Stream, mode));
    }

    public DeviceProgram Program { get; } = new();

    public EmulatedStream Stream { get; }

    public EmulatedStream Other { get; }

    public ulong Memory { get; }

    public EmulatedEvent Outside { get; }

    public EmulatedGraphExec Exec { get; }

    /// <summary>An event recorded in the capture, behind one node.</summary>
    public EmulatedEvent Recorded()
    {
        EmulatedEvent recorded = Program.Event();
        Ok(Program.Set(Stream, Memory, 3));
        Ok(Program.Record(recorded, Stream));
        return recorded;
    }

    /// <summary>A stream that takes part in the capture.</summary>
    public EmulatedStream Fork()
    {
        EmulatedStream fork = Program.Stream();
        Ok(Program.Wait(fork, Recorded()));
        return fork;
    }

    public CUresult CopyPageable() => Program.CopyAsync(Stream, Memory, _pageable);

    public void Dispose()
    {
        Program.Dispose();
        NativeMemory.Free((void*)_pageable);
    }
}
