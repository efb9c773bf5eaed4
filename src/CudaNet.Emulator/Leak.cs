namespace CudaNet.Emulator;

/// <summary>An object that was not given back.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Description">The call that made it, its number among all calls, and its size where it has one.</param>
/// <param name="CallSite">Where it was made, if <see cref="EmulatorOptions.RecordCallSites"/> asked for that.</param>
public sealed record Leak(LeakKind Kind, string Description, string? CallSite)
{
    /// <inheritdoc/>
    public override string ToString() => CallSite is null ? $"{Kind}: {Description}" : $"{Kind}: {Description}\n{CallSite}";
}
