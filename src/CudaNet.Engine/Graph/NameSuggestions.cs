namespace CudaNet.Engine;

/// <summary>"Did you mean": the names nearest to a wrong one by edit distance (Levenshtein 1966), two at most.</summary>
internal static class NameSuggestions
{
    private const int LongestName = 128;

    public static IReadOnlyList<string> Closest(string wrong, IEnumerable<string> names)
    {
        if (wrong.Length > LongestName)
        {
            return [];
        }

        int bound = Math.Max(2, wrong.Length / 3);
        return [.. names.Distinct(StringComparer.Ordinal)
            .Select(name => (name, distance: Distance(wrong.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(candidate => candidate.distance <= bound)
            .OrderBy(candidate => candidate.distance)
            .ThenBy(candidate => candidate.name, StringComparer.Ordinal)
            .Take(2)
            .Select(candidate => candidate.name)];
    }

    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        int[] current = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
