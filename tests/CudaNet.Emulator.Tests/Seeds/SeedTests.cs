using CudaNet.Emulator.Tests.Planted;
using Xunit;

namespace CudaNet.Emulator.Tests.Seeds;

/// <summary>Adversarial orders: what is ordered as it should be gives the same bits in all of them, what is not gives it away in some.</summary>
public sealed class SeedTests
{
    private const int Seeds = 1000;
    private const int SomeSeeds = 50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_seeds_give_equal_bits_on_one_thread(bool captured)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using DeviceProgram program = new(seed);
            using ThreeStreams streams = new(program);
            Assert.Equal(ThreeStreams.Expected, Run(streams, captured));
            program.IsClean();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_seeds_give_equal_bits_on_two_threads(bool captured)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using DeviceProgram program = new(seed);
            using ThreeStreams here = new(program), there = new(program);
            float[] ofOther = [];
            Exception? thrown = null;
            Thread other = new(() => thrown = Record.Exception(() =>
            {
                program.MakeCurrent();
                ofOther = Run(there, captured: !captured);
            }));
            other.Start();
            float[] ofThis = Run(here, captured);
            other.Join();
            Assert.Null(thrown);
            Assert.Equal(ThreeStreams.Expected, ofThis);
            Assert.Equal(ThreeStreams.Expected, ofOther);
            program.IsClean();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_missing_wait_gives_a_wrong_number_under_some_seed_and_the_same_one_again(bool captured)
    {
        int right = 0;
        List<int> wrong = [];
        for (int seed = 1; seed <= SomeSeeds; seed++)
        {
            if (Broken(seed, captured).SequenceEqual(ThreeStreams.Expected.Select(BitConverter.SingleToUInt32Bits)))
            {
                right++;
            }
            else
            {
                wrong.Add(seed);
            }
        }

        Assert.NotEmpty(wrong);
        Assert.All(wrong, seed => Assert.Equal(Broken(seed, captured), Broken(seed, captured)));
        Assert.True(right > 0, "the mistake does not depend on the order");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_of_one_thread_replays_from_its_seed(bool captured)
    {
        HashSet<string> logs = [];
        for (int seed = 1; seed <= SomeSeeds; seed++)
        {
            string log = Log(seed, captured);
            Assert.Equal(log, Log(seed, captured));
            logs.Add(log);
        }

        Assert.True(logs.Count > 1, "every seed gives the same order");
    }

    private static float[] Run(ThreeStreams streams, bool captured) => captured ? streams.RunGraph() : streams.RunEagerly();

    private static uint[] Broken(int seed, bool captured)
    {
        using DeviceProgram program = new(seed);
        using ThreeStreams streams = new(program, waitsHalfWay: false);
        return [.. Run(streams, captured).Select(BitConverter.SingleToUInt32Bits)];
    }

    /// <summary>All operations in the order in which they ran, with streams by their role: handles are never used twice.</summary>
    private static string Log(int seed, bool captured)
    {
        using DeviceProgram program = new(seed);
        using ThreeStreams streams = new(program);
        _ = Run(streams, captured);
        return string.Join("\n", program.Machine.Operations.Operations.Select(operation => $"{operation.Number} {operation.Name} in {Role(operation.Stream)}"));

        string Role(string stream) => streams.Roles.Aggregate(stream, (text, role) => text.Replace(role.Key, role.Value, StringComparison.Ordinal));
    }
}
