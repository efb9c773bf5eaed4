using System.CommandLine;
using System.Text.Json;

namespace CudaNet.Cli;

/// <summary><c>cudanet profile-report</c>: many rows of <c>profile</c> as one page and one JSON object.</summary>
internal sealed class ProfileReportCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "Has rows/NAME.json of `cudanet profile -o`, rows/NAME.error of those that failed, and machine.txt (a name, a tab, a value)." };

    public ProfileReportCommand(CliContext context)
        : base(
            context,
            "profile-report",
            "Makes report.md and report.json of a folder of profiles; exit code 1 where one failed.",
            "cudanet profile-report results")
    {
        Add(_folder);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        string folder = arguments.GetRequiredValue(_folder);
        ProfileRows results = new(folder);
        JsonOutput.Save(Path.Combine(folder, "report.json"), json => WriteJson(json, results));
        SavedText.Save(Path.Combine(folder, "report.md"), writer => ReportText.Write(writer, results));
        Context.PrintBesideFile(arguments.GetValue(Json) ? () => JsonOutput.Write(Context.Out, json => WriteJson(json, results)) : () => ReportText.Write(Context.Out, results));
        return results.Code;
    }

    private static void WriteJson(Utf8JsonWriter json, ProfileRows results)
    {
        json.WriteBoolean("passed", results.Code == ExitCode.Success);
        json.WriteObjects("machine", results.Machine, fact =>
        {
            json.WriteString("name", fact.Key);
            json.WriteString("value", fact.Value);
        });
        json.WriteObjects("rows", results.Rows, row =>
        {
            json.WriteString("row", row.Key);
            foreach (JsonProperty property in row.Value.EnumerateObject())
            {
                property.WriteTo(json);
            }
        });
        json.WriteObjects("failed", results.Failures, failure =>
        {
            json.WriteString("row", failure.Key);
            json.WriteString("message", failure.Value);
        });
    }
}
