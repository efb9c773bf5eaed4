using System.CommandLine;
using System.Globalization;
using CudaNet.Cli;
using CudaNet.Fuzz;
using CudaNet.Programs;

const long most = 1_000_000_000_000;
Option<long> inputs = ValueOptions.Number("--inputs", 20_000, 1, most, "Inputs a parser.");
Option<long> first = ValueOptions.Number("--first", 0, 0, most, "The first input's number; an input is its number, so --first N --inputs 1 runs it again.");
string[] names = [.. Target.All.Select(t => t.Name)];
Option<string?> only = ValueOptions.Choice("--target", $"One parser: {string.Join(", ", names)}; default: all.", names);
only.HelpName = "NAME";
RootCommand root = new("Mutates small valid files and holds the parsers to their promise. Exit code 1 where one broke it.") { inputs, first, only };
root.SetAction(parsed =>
{
    (Target Target, IReadOnlyList<byte[]> Corpus)[] chosen = [.. Target.All.Where(t => (parsed.GetValue(only) ?? t.Name) == t.Name).Select(t => (t, Fuzzer.Corpus(t)))];
    bool failed = false;
    foreach ((Target target, IReadOnlyList<byte[]> corpus) in chosen)
    {
        FuzzReport report = Fuzzer.Run(target, corpus, parsed.GetValue(first), parsed.GetValue(inputs));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Target,-12} {report.Inputs:n0} inputs, {report.Accepted:n0} accepted, at most {report.MostBytes:n0} bytes and {report.Longest.TotalMilliseconds:n0} ms each, {report.Failures.Count} failures"));
        foreach (string failure in report.Failures)
        {
            Console.WriteLine($"  {failure}");
        }

        failed |= report.Failures.Count > 0;
    }

    return failed ? 1 : 0;
});
return ProgramLine.Run(root, args);
