using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Columns as wide as their widest cell, two spaces between them: the same on a terminal and in a pipe.</summary>
/// <param name="columns">The headings; one that starts with <c>&gt;</c> is right-aligned, and shown without it.</param>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<string[]> _rows = [[.. columns.Select(c => c.TrimStart('>'))]];

    /// <summary>A row; names from files cannot break it.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Text)]);

    public void Write(TextWriter output)
    {
        int[] widths = [.. columns.Select((_, i) => _rows.Max(r => r[i].Length))];
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) => columns[i].StartsWith('>') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
