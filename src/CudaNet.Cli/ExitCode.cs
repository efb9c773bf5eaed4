namespace CudaNet.Cli;

/// <summary>What the process returns; <c>docs/cli.md</c> and the help list them.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary><c>compare</c> found a value beyond tolerance, a check of <c>selftest</c> failed, or passes of <c>profile</c> have different bits.</summary>
    public const int BeyondTolerance = 1;

    /// <summary>An unknown command or option, or a value that it does not take.</summary>
    public const int Usage = 2;

    /// <summary>A file, model, image or layer that cannot be used, or too little memory or disk for it.</summary>
    public const int BadInput = 3;

    /// <summary>A fault of the tool itself (<c>EX_SOFTWARE</c> of sysexits.h).</summary>
    public const int Bug = 70;

    /// <summary>What a signal's number is added to.</summary>
    public const int Signalled = 128;

    /// <summary>Ctrl+C: 128 + SIGINT.</summary>
    public const int Cancelled = 130;

    /// <summary>128 + SIGPIPE: nobody reads the results any more.</summary>
    public const int Unread = 141;

    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
