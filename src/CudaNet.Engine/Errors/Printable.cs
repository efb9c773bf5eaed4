using System.Globalization;
using System.Text;

namespace CudaNet.Engine;

/// <summary>
/// Text from a file, or a file's name, as one may print it: on one line, without anything that steers a terminal or turns the reading direction.
/// </summary>
internal static class Printable
{
    private const int MaxQuotedLength = 120;

    /// <summary>The text, all of it, with U+FFFD for each character that is not shown as itself.</summary>
    public static string Text(string text)
    {
        if (text.All(c => c is >= ' ' and <= '~'))
        {
            return text;
        }

        StringBuilder shown = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            shown.Append(IsShown(rune) ? rune : Rune.ReplacementChar);
        }

        return shown.ToString();
    }

    /// <summary>True where every character is shown as itself.</summary>
    public static bool IsPlain(string text) => text.AsSpan().SequenceEqual(Text(text));

    /// <summary>JSON with <c>\uXXXX</c> for each character of its strings that is not shown as itself: the same names to whoever reads it.</summary>
    public static string Escape(string json)
    {
        if (json.All(c => c is >= ' ' and <= '~'))
        {
            return json;
        }

        StringBuilder shown = new(json.Length);
        Span<char> characters = stackalloc char[2];
        foreach (Rune rune in json.EnumerateRunes())
        {
            if (IsShown(rune))
            {
                shown.Append(rune);
                continue;
            }

            foreach (char character in characters[..rune.EncodeToUtf16(characters)])
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            }
        }

        return shown.ToString();
    }

    /// <summary>A name in quotes, cut where it is long.</summary>
    public static string Quote(string name) =>
        name.Length > MaxQuotedLength ? $"'{Text(name[..MaxQuotedLength])}…'" : $"'{Text(name)}'";

    /// <summary>The first few names in quotes, and how many more there are.</summary>
    public static string List(IEnumerable<string> names, int count = 6)
    {
        string[] all = [.. names];
        string shown = string.Join(", ", all.Take(count).Select(Quote));
        return all.Length > count ? $"{shown} and {all.Length - count} more" : shown;
    }

    /// <summary>The two joiners are format characters too, but scripts and emoji need them.</summary>
    private static bool IsShown(Rune rune) => rune.Value is 0x200C or 0x200D
        || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
