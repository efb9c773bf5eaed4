using System.Globalization;

namespace CudaNet.Emulator.Driver;

/// <summary>The options that a process gives the library through its environment. What cannot be read is said on the error stream, and the default holds.</summary>
/// <param name="variable">The value of a variable; null where it is not set.</param>
/// <param name="complain">Takes one sentence.</param>
internal sealed class EnvironmentOptions(Func<string, string?> variable, Action<string> complain)
{
    private const string Prefix = "CUDANET_EMULATOR_";
    private const int MostDevices = 16;
    private const int ShownCharacters = 60;

    private static readonly Dictionary<string, EmulatedDeviceProfile> Profiles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gtx16"] = EmulatedDeviceProfile.GeForceGtx16,
        ["turing"] = EmulatedDeviceProfile.Turing,
        ["ampere"] = EmulatedDeviceProfile.Ampere,
        ["hopper"] = EmulatedDeviceProfile.Hopper,
        ["blackwell"] = EmulatedDeviceProfile.Blackwell,
    };

    public bool ReportsLeaks => Flag("LEAKS");

    public EmulatorOptions Read()
    {
        var defaults = new EmulatorOptions();
        return defaults with
        {
            Seed = (int)Number("SEED", defaults.Seed, least: 0, most: int.MaxValue),
            Devices = [.. (Devices() ?? defaults.Devices).Select(device => device with { LoadsLazily = Flag("LAZY") })],
            DriverVersion = (int)Number("DRIVER_VERSION", defaults.DriverVersion, least: 0, most: int.MaxValue),
            KernelInstructionBudget = Number("BUDGET", defaults.KernelInstructionBudget, least: 1, most: long.MaxValue),
            BlocksInOrder = Flag("BLOCKS_IN_ORDER"),
            RefusePageableAsync = Flag("STRICT"),
            FlagWorkOutsideCapture = Flag("STRICT"),
            FreesInUse = Flag("STRICT") ? FreesInUse.WaitAndFind : FreesInUse.Wait,
            Races = Races(defaults.Races),
            FindingsToError = true,
        };
    }

    private RaceChecks Races(RaceChecks otherwise)
    {
        if (Text("RACES") is not { } text)
        {
            return otherwise;
        }

        if (Enum.TryParse(text, ignoreCase: true, out RaceChecks races) && Enum.IsDefined(races) && char.IsAsciiLetter(text[0]))
        {
            return races;
        }

        Complain("RACES", text, "one of error, report, off");
        return otherwise;
    }

    /// <summary>Profiles by name, one a device: <c>ampere</c>, or <c>hopper,turing</c>; <c>none</c> for a machine without device. Null: none are given, or not so.</summary>
    private List<EmulatedDeviceProfile>? Devices()
    {
        if (Text("PROFILE") is not { } text)
        {
            return null;
        }

        List<EmulatedDeviceProfile> devices = [];
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Profiles.TryGetValue(name, out EmulatedDeviceProfile? profile))
            {
                devices.Add(profile);
            }
            else if (!name.Equals("none", StringComparison.OrdinalIgnoreCase))
            {
                Complain("PROFILE", text, $"a list of gtx16, turing, ampere, hopper, blackwell or none: '{Shown(name)}' is none of them");
                return null;
            }
        }

        if (devices.Count <= MostDevices)
        {
            return devices;
        }

        Complain("PROFILE", text, $"a list of {MostDevices} devices at most");
        return null;
    }

    private long Number(string name, long otherwise, long least, long most)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most)
        {
            return number;
        }

        Complain(name, text, $"a number from {least} to {most}");
        return otherwise;
    }

    private bool Flag(string name) => Text(name) is not (null or "0");

    /// <summary>Null where the variable is not set, or empty.</summary>
    private string? Text(string name) => variable(Prefix + name) is { Length: > 0 } text ? text : null;

    private void Complain(string name, string text, string wanted) => complain($"{Prefix}{name}='{Shown(text)}' is not {wanted}; the default holds.");

    /// <summary>One line that any terminal shows, whatever the variable holds.</summary>
    private static string Shown(string text)
    {
        string start = text.Length > ShownCharacters ? text[..ShownCharacters] + "..." : text;
        return string.Concat(start.Select(character => character is >= ' ' and <= '~' ? character : '?'));
    }
}
