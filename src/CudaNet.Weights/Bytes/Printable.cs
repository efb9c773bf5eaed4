using System.Globalization;
using System.Text;

namespace CudaNet.Weights;

/// <summary>Names from a file as one may print them: short, on one line, without control characters.</summary>
internal static class Printable
{
    private const int MaxLength = 120;

    /// <summary>The name in quotes.</summary>
    public static string Quote(string name)
    {
        StringBuilder text = new("'");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
        {
            bool plain = !char.IsControl(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            text.Append(plain ? c : '�');
        }

        return text.Append(name.Length > MaxLength ? "…'" : "'").ToString();
    }

    /// <summary>The first few names in quotes, and how many more there are.</summary>
    public static string List(IEnumerable<string> names, int count = 6)
    {
        string[] all = [.. names];
        string shown = string.Join(", ", all.Take(count).Select(Quote));
        return all.Length > count ? $"{shown} and {all.Length - count} more" : shown;
    }
}
