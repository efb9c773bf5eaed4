using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CudaNet.Cli;

/// <summary>Options of one kind of value. The programs of <c>bench/</c> and <c>fuzz/</c> compile this file too, so that they refuse in the tool's words.</summary>
internal static class ValueOptions
{
    /// <summary>One of a few words, or null.</summary>
    public static Option<string?> Choice(string name, string description, params string[] choices)
    {
        Option<string?> option = new(name) { HelpName = string.Join('|', choices), Description = description };
        option.CompletionSources.Add(choices);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !choices.Contains(t.Value)) is { } wrong)
            {
                result.AddError($"'{wrong.Value}' does not fit {name}: one of {string.Join(", ", choices)}.");
            }
        });
        return option;
    }

    /// <summary>Any of a few words, in capitals or not; none where none is given.</summary>
    public static Option<string[]> Choices(string name, string description, params string[] choices)
    {
        Option<string[]> option = new(name) { HelpName = "NAME", Description = $"{description} One of {string.Join(", ", choices)}.", DefaultValueFactory = _ => [] };
        option.CompletionSources.Add(choices);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !choices.Contains(t.Value, StringComparer.OrdinalIgnoreCase)) is { } wrong)
            {
                result.AddError($"'{wrong.Value}' does not fit {name}: one of {string.Join(", ", choices)}.");
            }
        });
        return option;
    }

    /// <summary>A whole number of at least 1.</summary>
    public static Option<int> Count(string name, int byDefault, int largest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseCount(result, name, largest),
    };

    /// <summary>A whole number of at least 1, or null.</summary>
    public static Option<int?> OptionalCount(string name, int largest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => ParseCount(result, name, largest),
    };

    /// <summary>A whole number of at least <paramref name="least"/>, which is not negative.</summary>
    public static Option<long> Number(string name, long byDefault, long least, long largest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseNumber(result, name, least, largest),
    };

    /// <summary>Numbers with commas between them, one or three; or null.</summary>
    public static Option<double[]?> ChannelNumbers(string name, string description, bool isPositive) => new(name)
    {
        HelpName = "X[,X,X]",
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            double[] values = [.. text.Split(',').Select(t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            if (values.Length is 1 or 3 && values.All(v => double.IsFinite(v) && (v > 0 || !isPositive)))
            {
                return values;
            }

            result.AddError($"'{text}' does not fit {name}: one number, or three with commas between them{(isPositive ? ", above 0" : "")}, for example 0.5 or 0.485,0.456,0.406.");
            return null;
        },
    };

    private static int ParseCount(ArgumentResult result, string name, int largest) => (int)ParseNumber(result, name, 1, largest);

    private static long ParseNumber(ArgumentResult result, string name, long least, long largest)
    {
        string text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= largest)
        {
            return value;
        }

        result.AddError($"'{text}' does not fit {name}: a number from {least} to {largest}.");
        return least;
    }
}
