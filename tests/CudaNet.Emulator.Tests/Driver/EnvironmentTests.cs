using CudaNet.Emulator.Driver;
using Xunit;

namespace CudaNet.Emulator.Tests.Driver;

/// <summary>The options that the shared library reads from the environment: what cannot be read is named, and the default holds.</summary>
public sealed class EnvironmentTests
{
    private readonly List<string> _said = [];

    public static TheoryData<string> Unreadable =>
        [string.Join(',', Enumerable.Repeat("ampere", 17)), new string('x', 100_000), "ampere,\uFFFD\uFFFD", "\uD800", "\u001b[31m\n", "hopper,foo", "none,ampere;turing"];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void A_list_that_cannot_be_read_is_named_in_one_line_and_the_default_holds(string list)
    {
        using var machine = new EmulatedMachine(Read(("PROFILE", list)));
        Assert.Equal([EmulatedDeviceProfile.Ampere], machine.Options.Devices);
        string said = Assert.Single(_said);
        Assert.StartsWith("CUDANET_EMULATOR_PROFILE='", said, StringComparison.Ordinal);
        Assert.EndsWith("the default holds.", said, StringComparison.Ordinal);
        Assert.InRange(said.Length, 1, 300);
        Assert.All(said, character => Assert.InRange(character, ' ', '~'));
    }

    [Theory]
    [InlineData("", "Ampere")]
    [InlineData("none", "")]
    [InlineData(" Hopper , turing", "Hopper,Turing")]
    [InlineData("GTX16,turing", "GeForceGtx16,Turing")]
    [InlineData("ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,ampere,blackwell", null)]
    public void A_list_names_a_profile_for_each_device(string list, string? devices)
    {
        EmulatorOptions options = Read(("PROFILE", list));
        Dictionary<string, EmulatedDeviceProfile> profiles = new()
        {
            ["Ampere"] = EmulatedDeviceProfile.Ampere,
            ["Hopper"] = EmulatedDeviceProfile.Hopper,
            ["Turing"] = EmulatedDeviceProfile.Turing,
            ["GeForceGtx16"] = EmulatedDeviceProfile.GeForceGtx16,
        };
        IEnumerable<EmulatedDeviceProfile> expected = devices?.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => profiles[name])
            ?? [.. Enumerable.Repeat(EmulatedDeviceProfile.Ampere, 15), EmulatedDeviceProfile.Blackwell];
        Assert.Equal(expected, options.Devices);
        Assert.Empty(_said);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("9000000000000", 9_000_000_000_000)]
    [InlineData("", 4_000_000_000)]
    [InlineData("0", 4_000_000_000, true)]
    [InlineData("-5", 4_000_000_000, true)]
    [InlineData("99999999999999999999", 4_000_000_000, true)]
    [InlineData("many", 4_000_000_000, true)]
    public void The_budget_of_a_kernel_is_a_number_from_1_on(string text, long budget, bool complains = false)
    {
        Assert.Equal(budget, Read(("BUDGET", text)).KernelInstructionBudget);
        Assert.Equal(complains ? 1 : 0, _said.Count);
    }

    [Theory]
    [InlineData("report", RaceChecks.Report)]
    [InlineData("Off", RaceChecks.Off)]
    [InlineData("error", RaceChecks.Error)]
    [InlineData("2", RaceChecks.Error, true)]
    [InlineData("loud", RaceChecks.Error, true)]
    public void Races_are_named_by_word(string text, RaceChecks races, bool complains = false)
    {
        Assert.Equal(races, Read(("RACES", text)).Races);
        Assert.Equal(complains ? 1 : 0, _said.Count);
    }

    [Fact]
    public void Frees_wait_and_are_found_only_where_asked_for()
    {
        Assert.Equal(FreesInUse.Wait, Read().FreesInUse);
        Assert.Equal(FreesInUse.Wait, Read(("STRICT", "0")).FreesInUse);
        Assert.Equal(FreesInUse.WaitAndFind, Read(("STRICT", "1")).FreesInUse);
        Assert.Equal((5, 12080, 1), (Read(("SEED", "5")).Seed, Read(("DRIVER_VERSION", "12080")).DriverVersion, Read(("SEED", "3000000000")).Seed));
    }

    [Fact]
    public void All_devices_load_code_lazily_only_where_asked_for()
    {
        Assert.All(Read(("PROFILE", "hopper,gtx16")).Devices, device => Assert.False(device.LoadsLazily));
        Assert.All(Read(("PROFILE", "hopper,gtx16"), ("LAZY", "1")).Devices, device => Assert.True(device.LoadsLazily));
        Assert.Equal([EmulatedDeviceProfile.Ampere with { LoadsLazily = true }], Read(("LAZY", "1")).Devices);
        Assert.True(Read(("BLOCKS_IN_ORDER", "1")).BlocksInOrder);
        Assert.False(Read(("BLOCKS_IN_ORDER", "0")).BlocksInOrder);
    }

    private EmulatorOptions Read(params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> environment = variables.ToDictionary(v => "CUDANET_EMULATOR_" + v.Name, v => v.Value);
        return new EnvironmentOptions(environment.GetValueOrDefault, _said.Add).Read();
    }
}
