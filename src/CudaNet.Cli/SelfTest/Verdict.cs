namespace CudaNet.Cli.SelfTest;

/// <summary>What became of a check.</summary>
internal enum Verdict
{
    /// <summary>The results are within their bound.</summary>
    Ok,

    /// <summary>They are not, or something threw.</summary>
    Failed,

    /// <summary>The device or a library answered that it does not do this.</summary>
    NotSupported,

    /// <summary>The device had faulted before.</summary>
    NotRun,
}

/// <summary>The words for verdicts.</summary>
internal static class Verdicts
{
    public static string Text(this Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Failed => "FAILED",
        Verdict.NotSupported => "not supported",
        Verdict.NotRun => "not run",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no verdict"),
    };
}
