using System.Diagnostics;
using System.Globalization;

namespace CudaNet.ColdStart;

/// <summary>When a program reached which point, on the system's monotonic clock: whoever started it reads the same clock.</summary>
internal sealed class Marks
{
    private readonly List<(string Name, long Timestamp)> _marks = [("runtime", Stopwatch.GetTimestamp())];

    /// <summary>Notes that what has this name is done.</summary>
    public void Add(string name) => _marks.Add((name, Stopwatch.GetTimestamp()));

    /// <summary>A line a mark: its name and its timestamp.</summary>
    public void Print()
    {
        foreach ((string name, long timestamp) in _marks)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}\t{timestamp}"));
        }
    }
}
