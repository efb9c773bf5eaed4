using System.Globalization;
using CudaNet.Fuzz;

// usage: CudaNet.Fuzz [--inputs N] [--first N] [--target NAME]
// Exit code 1 where a parser broke its promise. An input is its number: --first N --inputs 1 runs it again.
long Number(string option, long otherwise) =>
    Array.IndexOf(args, option) is >= 0 and int at && at + 1 < args.Length ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

string? only = Array.IndexOf(args, "--target") is >= 0 and int index && index + 1 < args.Length ? args[index + 1] : null;
string corpus = Path.Combine(AppContext.BaseDirectory, "corpus");
bool failed = false;
foreach (Target target in Target.All.Where(t => only is null || t.Name == only))
{
    FuzzReport report = Fuzzer.Run(target, corpus, Number("--first", 0), Number("--inputs", 20_000));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Target,-12} {report.Inputs:n0} inputs, {report.Accepted:n0} accepted, at most {report.MostBytes:n0} bytes and {report.Longest.TotalMilliseconds:n0} ms each, {report.Failures.Count} failures"));
    foreach (string failure in report.Failures)
    {
        Console.WriteLine($"  {failure}");
    }

    failed |= report.Failures.Count > 0;
}

return failed ? 1 : 0;
