using System.Globalization;
using System.Text;

namespace CudaNet.Bench;

/// <summary>Markdown that appears on the console line by line, and in the end in a file of this machine's results.</summary>
/// <param name="name">The file's; null for the console alone.</param>
internal sealed class ReportText(string? name)
{
    private readonly StringBuilder _text = new();
    private readonly string? _path = name is null ? null : BenchFiles.Result(name);

    public void Line(FormattableString line)
    {
        string written = line.ToString(CultureInfo.InvariantCulture);
        _text.Append(written).Append('\n');
        Console.WriteLine(written);
    }

    public void Save()
    {
        if (_path is not null)
        {
            File.WriteAllText(_path, _text.ToString());
            Console.WriteLine($"written to {Path.GetRelativePath(Directory.GetCurrentDirectory(), _path)}");
        }
    }
}
