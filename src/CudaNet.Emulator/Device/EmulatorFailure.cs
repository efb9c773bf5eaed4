namespace CudaNet.Emulator.Device;

/// <summary>
/// A mistake of the emulator itself. An exception may not pass through the frames of the program that called, so it is said on the error stream, and the
/// call or the queued work ends as the driver's own unknown failures do.
/// </summary>
internal static class EmulatorFailure
{
    /// <summary>Says what happened in a call, and records it as a finding.</summary>
    public static void Find(string call, Exception exception) => EmulatedMachine.Current?.Find(FindingKind.Emulator, Report(call, exception));

    /// <summary>Says what happened.</summary>
    /// <param name="during">The call, or the queued work.</param>
    /// <param name="exception">What was thrown.</param>
    /// <returns>One line for whoever asks later.</returns>
    public static string Report(string during, Exception exception)
    {
        ErrorStream.Say($"{during} failed inside the emulator: {exception}");
        return $"{during} failed inside the emulator: {exception.GetType().Name}: {exception.Message}";
    }
}
