using System.CommandLine;
using System.Globalization;

namespace CudaNet.Bench;

/// <summary>Whole numbers of at least 1, with commas between: <c>1,8</c>.</summary>
internal sealed class Counts(params IReadOnlyList<int> values)
{
    public IReadOnlyList<int> Values => values;

    public static Option<Counts> Option(string name, string description, int largest, params int[] byDefault) => new(name)
    {
        HelpName = "N,N",
        Description = description,
        DefaultValueFactory = _ => new Counts(byDefault),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int[] numbers = [.. text.Split(',').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
            if (!numbers.All(n => n >= 1 && n <= largest))
            {
                result.AddError($"'{text}' does not fit {name}: numbers from 1 to {largest} with commas between.");
            }

            return new Counts(numbers);
        },
    };

    public override string ToString() => string.Join(',', values);
}
