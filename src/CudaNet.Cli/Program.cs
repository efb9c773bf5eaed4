using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cli;

using CancellationTokenSource stop = new();
int? signal = null;

// The first Ctrl+C or SIGTERM asks the work to end, so that no half-written file stays; the second ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = signal is null;
    signal = context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Cancelled;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
using StreamWriter output = new(Console.OpenStandardOutput(), utf8) { NewLine = "\n" };
using StreamWriter error = new(Console.OpenStandardError(), utf8) { NewLine = "\n", AutoFlush = true };
CliContext context = new(output, error) { IsErrorTerminal = !Console.IsErrorRedirected, Cancellation = stop.Token };
int code = CliProgram.Run(args, context);
return code == ExitCode.Cancelled ? signal ?? code : code;
