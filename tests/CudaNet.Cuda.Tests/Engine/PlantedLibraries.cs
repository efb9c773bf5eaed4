using System.Runtime.InteropServices;
using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// The emulated libraries behind a program that is wrong: some of its calls do not arrive, or with other arguments than it gave. Made in the flow of the machine
/// whose libraries they are; faults are planted and removed while it runs.
/// </summary>
internal sealed unsafe class PlantedLibraries
{
    private const uint External = 1;

    private static readonly AsyncLocal<PlantedLibraries?> OfFlow = new();
    private static delegate* unmanaged<nint, nint, uint, CUresult> _recordWithFlags, _wait;
    private static delegate* unmanaged<nint, nint, CUresult> _record;
    private static delegate* unmanaged<nint, CUresult> _synchronizeEvent, _synchronizeStream;
    private static delegate* unmanaged<nint*, uint, CUresult> _createStream;
    private static delegate* unmanaged<nint, CUstreamCaptureMode, CUresult> _beginCapture;
    private static delegate* unmanaged<nint, nint*, CUresult> _endCapture;
    private static delegate* unmanaged<nint, nint, int> _setStream;
    private static delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, int, void*, nuint, void*, nint, void*, int> _convolve;
    private readonly HashSet<nint> _lanes = [];
    private nint _firstHandle, _lastHandle, _elsewhere;
    private (nint Address, nuint Bytes) _workspace;

    public PlantedLibraries(EmulatedMachine machine)
    {
        OfFlow.Value = this;
        IExportSource driver = machine.Libraries.Driver, cudnn = machine.Libraries.Cudnn;
        _recordWithFlags = (delegate* unmanaged<nint, nint, uint, CUresult>)driver.Find("cuEventRecordWithFlags");
        _wait = (delegate* unmanaged<nint, nint, uint, CUresult>)driver.Find("cuStreamWaitEvent");
        _record = (delegate* unmanaged<nint, nint, CUresult>)driver.Find("cuEventRecord");
        _synchronizeEvent = (delegate* unmanaged<nint, CUresult>)driver.Find("cuEventSynchronize");
        _synchronizeStream = (delegate* unmanaged<nint, CUresult>)driver.Find("cuStreamSynchronize");
        _createStream = (delegate* unmanaged<nint*, uint, CUresult>)driver.Find("cuStreamCreate");
        _beginCapture = (delegate* unmanaged<nint, CUstreamCaptureMode, CUresult>)driver.Find("cuStreamBeginCapture_v2");
        _endCapture = (delegate* unmanaged<nint, nint*, CUresult>)driver.Find("cuStreamEndCapture");
        _setStream = (delegate* unmanaged<nint, nint, int>)cudnn.Find("cudnnSetStream");
        _convolve = (delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, int, void*, nuint, void*, nint, void*, int>)cudnn.Find("cudnnConvolutionForward");
        Libraries = CudaLibraries.From(
            new Planted(driver, new()
            {
                ["cuEventRecordWithFlags"] = (nint)(delegate* unmanaged<nint, nint, uint, CUresult>)&RecordWithFlags,
                ["cuEventRecord"] = (nint)(delegate* unmanaged<nint, nint, CUresult>)&Record,
                ["cuStreamWaitEvent"] = (nint)(delegate* unmanaged<nint, nint, uint, CUresult>)&Wait,
                ["cuEventSynchronize"] = (nint)(delegate* unmanaged<nint, CUresult>)&SynchronizeEvent,
                ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, CUresult>)&SynchronizeStream,
                ["cuStreamBeginCapture_v2"] = (nint)(delegate* unmanaged<nint, CUstreamCaptureMode, CUresult>)&BeginCapture,
                ["cuStreamEndCapture"] = (nint)(delegate* unmanaged<nint, nint*, CUresult>)&EndCapture,
            }),
            machine.Libraries.Cublas,
            machine.Libraries.CublasLt,
            new Planted(cudnn, new()
            {
                ["cudnnSetStream"] = (nint)(delegate* unmanaged<nint, nint, int>)&SetStream,
                ["cudnnConvolutionForward"] = (nint)(delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, int, void*, nuint, void*, nint, void*, int>)&Convolve,
            }));
    }

    public CudaLibraries Libraries { get; }

    /// <summary>Events are recorded in captures as ordinary ones.</summary>
    public bool DropsExternal { get; set; }

    /// <summary>Events are recorded outside of captures as those of graphs.</summary>
    public bool AddsExternal { get; set; }

    /// <summary>Nobody waits for an event on the host.</summary>
    public bool DropsEventWaits { get; set; }

    /// <summary>Nobody waits for a stream on the host.</summary>
    public bool DropsStreamWaits { get; set; }

    /// <summary>Which waits of a lane's stream for an event are left out, by number from 0 since <see cref="LaneWaits"/> was set.</summary>
    public Func<int, bool> DropsLaneWait { get; set; } = static _ => false;

    /// <summary>How many waits of lanes' streams there were.</summary>
    public int LaneWaits { get; set; }

    /// <summary>The handle that was made last works in another stream from the next capture on.</summary>
    public bool MovesHandle { get; set; }

    /// <summary>All convolutions of lanes work in the first one's workspace, where it is large enough; those that the first handle tries out have their own.</summary>
    public bool SharesWorkspace { get; set; }

    /// <summary>Called before each capture ends.</summary>
    public Action? Captured { get; set; }

    private static PlantedLibraries Here => OfFlow.Value!;

    [UnmanagedCallersOnly]
    private static CUresult RecordWithFlags(nint mark, nint stream, uint flags) => _recordWithFlags(mark, stream, Here.DropsExternal ? 0 : flags);

    [UnmanagedCallersOnly]
    private static CUresult Record(nint mark, nint stream) => Here.AddsExternal ? _recordWithFlags(mark, stream, External) : _record(mark, stream);

    [UnmanagedCallersOnly]
    private static CUresult Wait(nint stream, nint mark, uint flags)
    {
        PlantedLibraries here = Here;
        return here._lanes.Contains(stream) && here.DropsLaneWait(here.LaneWaits++) ? CUresult.CUDA_SUCCESS : _wait(stream, mark, flags);
    }

    [UnmanagedCallersOnly]
    private static CUresult SynchronizeEvent(nint mark) => Here.DropsEventWaits ? CUresult.CUDA_SUCCESS : _synchronizeEvent(mark);

    [UnmanagedCallersOnly]
    private static CUresult SynchronizeStream(nint stream) => Here.DropsStreamWaits ? CUresult.CUDA_SUCCESS : _synchronizeStream(stream);

    [UnmanagedCallersOnly]
    private static CUresult BeginCapture(nint stream, CUstreamCaptureMode mode)
    {
        PlantedLibraries here = Here;
        if (here.MovesHandle)
        {
            nint other;
            if (here._elsewhere == 0 && _createStream(&other, 1) == CUresult.CUDA_SUCCESS)
            {
                here._elsewhere = other;
            }

            _ = _setStream(here._lastHandle, here._elsewhere);
        }

        return _beginCapture(stream, mode);
    }

    [UnmanagedCallersOnly]
    private static CUresult EndCapture(nint stream, nint* graph)
    {
        Here.Captured?.Invoke();
        return _endCapture(stream, graph);
    }

    [UnmanagedCallersOnly]
    private static int SetStream(nint handle, nint stream)
    {
        PlantedLibraries here = Here;
        here._firstHandle = here._firstHandle == 0 ? handle : here._firstHandle;
        here._lastHandle = handle;
        here._lanes.Add(stream);
        return _setStream(handle, stream);
    }

    [UnmanagedCallersOnly]
    private static int Convolve(
        nint handle, void* alpha, nint xShape, void* x, nint wShape, void* w, nint convolution, int algorithm, void* workspace, nuint bytes, void* beta, nint yShape, void* y)
    {
        PlantedLibraries here = Here;
        if (here.SharesWorkspace && bytes > 0 && handle != here._firstHandle)
        {
            here._workspace = here._workspace.Address == 0 ? ((nint)workspace, bytes) : here._workspace;
            workspace = bytes <= here._workspace.Bytes ? (void*)here._workspace.Address : workspace;
        }

        return _convolve(handle, alpha, xShape, x, wShape, w, convolution, algorithm, workspace, bytes, beta, yShape, y);
    }

    private sealed class Planted(IExportSource source, Dictionary<string, nint> instead) : IExportSource
    {
        public string Name => source.Name;

        public nint Find(string export) => source.Find(export) is not 0 and nint address ? instead.GetValueOrDefault(export, address) : 0;
    }
}
