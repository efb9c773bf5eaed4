using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>
/// Standard output as a stream that tells when nobody reads it any more: the framework's own drops what is written then, and the work goes on for
/// nobody. After a failure, which is thrown once, everything is dropped.
/// </summary>
/// <param name="isOpen">False where the process was started without it.</param>
internal sealed class StandardOutput(bool isOpen) : WriteOnlyStream
{
    private const int Descriptor = 1;
    private const int BrokenPipe = 32, Interrupted = 4, TryAgain = 11;
    private const short CanBeWritten = 4, Error = 8, HungUp = 16;

    private readonly Stream? _other = OperatingSystem.IsLinux() ? null : Console.OpenStandardOutput();
    private bool _failed;

    /// <summary>Throws where nobody would read what is written next. Whoever computes for it asks now and then.</summary>
    /// <exception cref="OutputException">It is closed, or its reader went away.</exception>
    public void ThrowIfUnread()
    {
        if (!isOpen)
        {
            throw Failed("it is closed");
        }

        if (_other is null && (Poll(0, 0) & (Error | HungUp)) != 0)
        {
            throw Failed("nobody reads it", isUnread: true);
        }
    }

    /// <exception cref="OutputException">It cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_failed || buffer.IsEmpty)
        {
            return;
        }

        if (!isOpen)
        {
            throw Failed("it is closed");
        }

        if (_other is not null)
        {
            _other.Write(buffer);
            return;
        }

        while (!buffer.IsEmpty)
        {
            nint written = NativeWrite(Descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
            {
                Poll(CanBeWritten, -1);
            }
            else if (error != Interrupted)
            {
                throw Failed(Marshal.GetPInvokeErrorMessage(error), error == BrokenPipe);
            }
        }
    }

    private static short Poll(short events, int milliseconds)
    {
        PollEntry entry = new() { Descriptor = Descriptor, Events = events };
        return NativePoll(ref entry, 1, milliseconds) > 0 ? entry.Happened : (short)0;
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint NativeWrite(int descriptor, ref byte bytes, nint count);

    [DllImport("libc", EntryPoint = "poll")]
    private static extern int NativePoll(ref PollEntry entries, nuint count, int milliseconds);

    private OutputException Failed(string message, bool isUnread = false)
    {
        _failed = true;
        return new OutputException(message, isUnread);
    }

    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
