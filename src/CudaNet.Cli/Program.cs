using System.Text;
using CudaNet.Cli;

(bool isOutputOpen, bool isErrorOpen) = StandardDescriptors.Secure();
using CancellationTokenSource stop = new();
using EndingSignals signals = new(stop);
UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
using StandardOutput standard = new(isOutputOpen);
StreamWriter output = new(standard, utf8) { NewLine = "\n" };
StreamWriter error = new(isErrorOpen ? Console.OpenStandardError() : Stream.Null, utf8) { NewLine = "\n", AutoFlush = true };
CliContext context = new(output, error)
{
    IsErrorTerminal = isErrorOpen && !Console.IsErrorRedirected,
    IsOutputTerminal = isOutputOpen && !Console.IsOutputRedirected,
    Cancellation = stop.Token,
    ThrowIfUnread = standard.ThrowIfUnread,
};
int code = CliProgram.Run(args, context);
try
{
    // What was printed before an error.
    output.Flush();
}
catch (OutputException)
{
    // The error is what counts.
}

return code == ExitCode.Cancelled ? signals.Code ?? code : code;
