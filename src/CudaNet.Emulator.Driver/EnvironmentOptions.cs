using System.Globalization;

namespace CudaNet.Emulator.Driver;

/// <summary>The options that a process gives the library through its environment. What cannot be read is said on the error stream, and the default holds.</summary>
internal static class EnvironmentOptions
{
    private const string Prefix = "CUDANET_EMULATOR_";

    public static bool ReportsLeaks => Flag("LEAKS");

    public static EmulatorOptions Read() => new()
    {
        Seed = Number("SEED", 1),
        Devices = Devices(),
        DriverVersion = Number("DRIVER_VERSION", 13000),
        RefusePageableAsync = Flag("STRICT"),
        FlagWorkOutsideCapture = Flag("STRICT"),
        Races = Races(),
        FindingsToError = true,
    };

    private static RaceChecks Races()
    {
        string text = Text("RACES", nameof(RaceChecks.Error));
        if (Enum.TryParse(text, ignoreCase: true, out RaceChecks races) && Enum.IsDefined(races) && !char.IsAsciiDigit(text[0]))
        {
            return races;
        }

        Complain("RACES", text, "one of error, report, off");
        return RaceChecks.Error;
    }

    /// <summary>Profiles by name, one a device: <c>ampere</c>, or <c>hopper,turing</c>; <c>none</c> for a machine without device.</summary>
    private static List<EmulatedDeviceProfile> Devices()
    {
        List<EmulatedDeviceProfile> devices = [];
        foreach (string name in Text("PROFILE", "ampere").ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (name)
            {
                case "turing":
                    devices.Add(EmulatedDeviceProfile.Turing);
                    break;
                case "ampere":
                    devices.Add(EmulatedDeviceProfile.Ampere);
                    break;
                case "hopper":
                    devices.Add(EmulatedDeviceProfile.Hopper);
                    break;
                case "blackwell":
                    devices.Add(EmulatedDeviceProfile.Blackwell);
                    break;
                case "none":
                    break;
                default:
                    Complain("PROFILE", name, "one of turing, ampere, hopper, blackwell, none");
                    devices.Add(EmulatedDeviceProfile.Ampere);
                    break;
            }
        }

        return devices;
    }

    private static int Number(string name, int otherwise)
    {
        string text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        Complain(name, text, "a number");
        return otherwise;
    }

    private static bool Flag(string name) => Text(name, "0") is not ("0" or "");

    private static string Text(string name, string otherwise) => Environment.GetEnvironmentVariable(Prefix + name) ?? otherwise;

    private static void Complain(string name, string text, string wanted) => Console.Error.WriteLine($"CudaNet.Emulator: {Prefix}{name}='{text}' is not {wanted}");
}
