using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Faults of order: the program is wrong only in some of the orders that the rules allow.</summary>
internal static class SomeSeed
{
    private const int Seeds = 60;

    /// <summary>
    /// The correct program gives this under every seed; the mutant does not under some seed, and gives the same wrong bits when that seed is run again.
    /// The emulator is told not to look for unordered work, so that only the order shows it.
    /// </summary>
    /// <param name="run">Runs one of the two under a seed, and gives what it computed.</param>
    /// <param name="expected">What is right.</param>
    public static void Bites(Func<DeviceProgram, bool, float[]> run, float[] expected)
    {
        int? wrong = null;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            Assert.Equal(expected, Clean(run, seed, mutant: false));
            if (wrong is null && !Clean(run, seed, mutant: true).AsSpan().SequenceEqual(expected))
            {
                wrong = seed;
            }
        }

        Assert.NotNull(wrong);
        uint[] first = Bits(Clean(run, wrong.Value, mutant: true));
        Assert.Equal(first, Bits(Clean(run, wrong.Value, mutant: true)));
    }

    /// <summary>The correct program is clean; the mutant is found at the call that queues the unordered work, under any seed.</summary>
    public static void IsFlagged(Func<DeviceProgram, bool, float[]> run, params string[] facts)
    {
        using (DeviceProgram correct = new())
        {
            _ = run(correct, false);
            correct.IsClean();
        }

        using DeviceProgram mutant = new();
        _ = run(mutant, true);
        mutant.Found(FindingKind.Race, facts);
    }

    private static uint[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];

    private static float[] Clean(Func<DeviceProgram, bool, float[]> run, int seed, bool mutant)
    {
        using DeviceProgram program = new(seed, new EmulatorOptions { FlagUnorderedWork = !mutant });
        float[] result = run(program, mutant);
        program.IsClean();
        return result;
    }
}
