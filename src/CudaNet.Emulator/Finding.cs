namespace CudaNet.Emulator;

/// <summary>What an emulated device found wrong with the program that uses it. Hardware may let much of this pass.</summary>
/// <param name="Kind">What it is, in a word that tests can ask for.</param>
/// <param name="Message">What, where (call, kernel, source line, thread, address) and with which numbers: one line.</param>
public sealed record Finding(FindingKind Kind, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Message}";
}
