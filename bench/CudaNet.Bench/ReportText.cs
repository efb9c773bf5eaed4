using System.Globalization;
using System.Text;

namespace CudaNet.Bench;

/// <summary>Markdown that appears on the console line by line, and in the end in a file of this machine's results.</summary>
/// <param name="name">The file's.</param>
internal sealed class ReportText(string name)
{
    private readonly StringBuilder _text = new();
    private readonly string _path = BenchFiles.Result(name);

    public void Line(FormattableString line)
    {
        string written = line.ToString(CultureInfo.InvariantCulture);
        _text.Append(written).Append('\n');
        Console.WriteLine(written);
    }

    public void Save() => File.WriteAllText(_path, _text.ToString());
}
