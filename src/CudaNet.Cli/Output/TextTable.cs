using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Columns as wide as their widest cell, two spaces between them: the same on a terminal and in a pipe.</summary>
/// <param name="columns">The headings; one that starts with <c>&gt;</c> is right-aligned, and shown without it.</param>
internal sealed class TextTable(params string[] columns)
{
    private readonly HashSet<int> _marked = [];
    private readonly List<string[]> _rows = [[.. columns.Select(c => c.TrimStart('>'))]];

    /// <summary>A row; names from files cannot break it.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Text)]);

    /// <summary>A row that is coloured where <see cref="Write"/> is asked for colours.</summary>
    public void AddMarked(params string[] cells)
    {
        _marked.Add(_rows.Count);
        Add(cells);
    }

    /// <param name="output">Where to.</param>
    /// <param name="inColour">Whether a person watches it.</param>
    public void Write(TextWriter output, bool inColour = false)
    {
        int[] widths = [.. columns.Select((_, i) => _rows.Max(r => r[i].Length))];
        for (int number = 0; number < _rows.Count; number++)
        {
            string[] row = _rows[number];
            IEnumerable<string> cells = row.Select((cell, i) => columns[i].StartsWith('>') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            string line = string.Join("  ", cells).TrimEnd();
            output.WriteLine(inColour && _marked.Contains(number) ? Colours.Red(line) : line);
        }
    }
}
