using Spectre.Console;

namespace CudaNet.Cli;

/// <summary>What stands out on a terminal. Elsewhere, and where <c>NO_COLOR</c> is set to anything, text stays as it is.</summary>
internal static class Colours
{
    /// <summary>Whether standard output is to have colours.</summary>
    public static bool AreWanted(CliContext context) => context.IsOutputTerminal
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && (!OperatingSystem.IsWindows() || AnsiConsole.Profile.Capabilities.Ansi);

    /// <summary>A whole line in red.</summary>
    public static string Red(string line) => $"\e[31m{line}\e[0m";
}
