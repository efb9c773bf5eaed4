using System.Globalization;
using System.Text.Json;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>What a self-test found, and on what.</summary>
/// <param name="Backend"><c>emulated</c> or <c>cuda:N</c>.</param>
/// <param name="Device">The device in words: name and compute capability.</param>
/// <param name="Libraries">The driver and the libraries, with their versions.</param>
/// <param name="Results">Every check.</param>
internal sealed record SelfTestReport(string Backend, string Device, IReadOnlyList<LibraryReport> Libraries, IReadOnlyList<CheckResult> Results)
{
    public int Code => Count(Verdict.Failed) + Count(Verdict.NotRun) == 0 ? ExitCode.Success : ExitCode.BeyondTolerance;

    public int Count(Verdict verdict) => Results.Count(r => r.Outcome.Verdict == verdict);

    public void WriteText(TextWriter output)
    {
        TextTable head = new("what", "here");
        head.Add("backend", Backend);
        head.Add("device", Device);
        foreach (LibraryReport library in Libraries)
        {
            head.Add(library.Library, library.WhyNot is null ? $"{library.Version}{(library.Path is null ? "" : $", {library.Path}")}{(BytesOf(library) is { } bytes ? $", {Format.Bytes(bytes)}" : "")}" : $"no: {library.WhyNot}");
        }

        head.Write(output);
        output.WriteLine();
        bool hasTimes = Results.Any(r => r.Milliseconds is not null);
        TextTable table = hasTimes ? new("check", "precision", "shape", ">error", ">bound", "verdict", ">nodes", ">ms", "reason") : new("check", "precision", "shape", ">error", ">bound", "verdict", ">nodes", "reason");
        foreach (CheckResult result in Results)
        {
            (Check check, Outcome outcome) = (result.Check, result.Outcome);
            List<string> cells = [check.Name, check.Precision, check.Shape, Format.Error(outcome.Error), Format.Error(outcome.Bound), outcome.Verdict.Text(), result.Nodes?.ToString(CultureInfo.InvariantCulture) ?? "-"];
            if (hasTimes)
            {
                cells.Add(result.Milliseconds?.ToString("f4", CultureInfo.InvariantCulture) ?? "-");
            }

            table.Add([.. cells, (outcome.Reason ?? "").ReplaceLineEndings(" ")]);
        }

        table.Write(output);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Format.Plural(Results.Count, "check")}: {Count(Verdict.Ok)} ok, {Count(Verdict.Failed)} failed, {Count(Verdict.NotSupported)} not supported, {Count(Verdict.NotRun)} not run"));
    }

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("backend", Backend);
        json.WriteString("device", Device);
        json.WriteObjects("cudaLibraries", Libraries, library =>
        {
            json.WriteString("library", library.Library);
            json.WriteString("path", library.Path);
            json.WriteOptional("bytes", BytesOf(library));
            json.WriteString("version", library.Version);
            json.WriteString("whyNot", library.WhyNot);
        });
        json.WriteBoolean("passed", Code == ExitCode.Success);
        json.WriteNumber("ok", Count(Verdict.Ok));
        json.WriteNumber("failed", Count(Verdict.Failed));
        json.WriteNumber("notSupported", Count(Verdict.NotSupported));
        json.WriteNumber("notRun", Count(Verdict.NotRun));
        json.WriteObjects("checks", Results, result =>
        {
            json.WriteString("check", result.Check.Name);
            json.WriteString("precision", result.Check.Precision);
            json.WriteString("shape", result.Check.Shape);
            json.WriteFinite("error", result.Outcome.Error);
            json.WriteFinite("bound", result.Outcome.Bound);
            json.WriteString("verdict", result.Outcome.Verdict.Text());
            json.WriteString("reason", result.Outcome.Reason);
            json.WriteOptional("nodes", (long?)result.Nodes);
            json.WriteOptional("milliseconds", result.Milliseconds);
        });
    }

    /// <summary>Of the library's file; null where none is known.</summary>
    private static long? BytesOf(LibraryReport library) => File.Exists(library.Path) ? new FileInfo(library.Path).Length : null;
}
