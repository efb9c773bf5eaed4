using System.Runtime.CompilerServices;
using System.Text;
using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Exports;

/// <summary>The native entry points of the emulated cuDNN, the same for all machines.</summary>
internal static unsafe partial class CudnnExports
{
    private const int DefaultVersion = 91900;

    /// <summary>What a call answers that failed inside the emulator, as the library's generation counts.</summary>
    public static cudnnStatus_t InternalError => CudnnStatuses.In(cudnnStatus_t.CUDNN_STATUS_INTERNAL_ERROR, CudnnCall.Generation);

    public static nuint cudnnGetVersion() => (nuint)(EmulatedMachine.Current?.Options.CudnnVersion ?? DefaultVersion);

    public static nuint cudnnGetMaxDeviceVersion() => CudnnCall.Generation >= 9 ? 1210u : 900u;

    public static nuint cudnnGetCudartVersion() => (EmulatedMachine.Current?.Options.CublasMajor ?? 13) >= 13 ? 13010u : CudnnCall.Generation >= 9 ? 12090u : 12020u;

    public static byte* cudnnGetErrorString(cudnnStatus_t status) => NativeText.Of(CudnnStatuses.Name((int)status, CudnnCall.Generation));

    public static void cudnnGetLastErrorString(byte* message, nuint maxSize)
    {
        if (message == null || maxSize == 0)
        {
            return;
        }

        byte[] text = Encoding.UTF8.GetBytes(CudnnLog.TakeLastError());
        int count = (int)Math.Min((nuint)text.Length, maxSize - 1);
        text.AsSpan(0, count).CopyTo(new Span<byte>(message, count));
        message[count] = 0;
    }

    public static cudnnStatus_t cudnnGetProperty(int type, int* value)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetProperty));
        if (call.Refused is { } refused)
        {
            return call.Answer(refused);
        }

        if (value == null)
        {
            return call.Answer(CudnnAnswer.BadParam("value == NULL"));
        }

        if (type is < 0 or > 2)
        {
            return call.Answer(CudnnCall.Generation >= 9 ? CudnnAnswer.BadParam("type is out of range") : new CudnnAnswer(CUDNN_STATUS_INVALID_VALUE));
        }

        int version = call.Machine.Options.CudnnVersion;
        int unit = version >= 9000 ? 10000 : 1000;
        *value = type switch { 0 => version / unit, 1 => version % unit / 100, _ => version % 100 };
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGraphVersionCheck() => Check(nameof(cudnnGraphVersionCheck));

    public static cudnnStatus_t cudnnOpsVersionCheck() => Check(nameof(cudnnOpsVersionCheck));

    public static cudnnStatus_t cudnnCnnVersionCheck() => Check(nameof(cudnnCnnVersionCheck));

    public static cudnnStatus_t cudnnOpsInferVersionCheck() => Check(nameof(cudnnOpsInferVersionCheck));

    public static cudnnStatus_t cudnnCnnInferVersionCheck() => Check(nameof(cudnnCnnInferVersionCheck));

    public static cudnnStatus_t cudnnSetCallback(uint mask, nint userData, nint callback)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetCallback));
        if (call.Refused is { } refused)
        {
            return call.Answer(refused);
        }

        call.Machine.CudnnLog.SetCallback(mask, userData, callback);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGetCallback(uint* mask, nint* userData, nint* callback)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetCallback));
        if (call.Refused is { } refused)
        {
            return call.Answer(refused);
        }

        (uint Mask, nint UserData, nint Callback) current = call.Machine.CudnnLog.Current;
        Put(mask, current.Mask);
        Put(userData, current.UserData);
        Put(callback, current.Callback);
        return call.Answer(CudnnAnswer.Success);
    }

    private static cudnnStatus_t Check(string name)
    {
        using CudnnCall call = CudnnCall.Enter(name);
        return call.Answer(call.Refused ?? CudnnAnswer.Success);
    }

    /// <summary>Writes an out parameter that may be null.</summary>
    private static void Put<T>(T* target, T value)
        where T : unmanaged
    {
        if (target != null)
        {
            Unsafe.WriteUnaligned(target, value);
        }
    }
}
