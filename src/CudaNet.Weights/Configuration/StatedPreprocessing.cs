using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>How images become inputs as a configuration has it: a rule, or why there is none for it.</summary>
/// <param name="Rule">The rule; null where it cannot be said as one.</param>
/// <param name="WhyNot">What of it there is no rule for; null where there is one.</param>
internal sealed record StatedPreprocessing(Preprocessing? Rule, string? WhyNot)
{
    public static StatedPreprocessing None(string why) => new(null, why);

    /// <summary>One number a channel: as many as there are channels, or one for all.</summary>
    /// <exception cref="CudaNetException">Not so.</exception>
    public static double[] EachChannel(ConfigurationValues values, string key, double[] numbers, int channels) =>
        numbers.Length == channels ? numbers
        : numbers.Length == 1 ? [.. Enumerable.Repeat(numbers[0], channels)]
        : throw values.Malformed(key, $"{channels} numbers, as the network's images have channels");

    /// <exception cref="CudaNetException">The side is outside what a rule takes.</exception>
    public static void CheckSide(ConfigurationValues values, string key, params ReadOnlySpan<int> sides)
    {
        foreach (int side in sides)
        {
            if (side is < 1 or > Preprocessing.MaxSide)
            {
                throw values.Malformed(key, $"sides from 1 to {Preprocessing.MaxSide}");
            }
        }
    }
}
