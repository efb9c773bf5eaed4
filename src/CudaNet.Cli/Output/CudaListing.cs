using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>What there is of CUDA on this machine: each of NVIDIA's libraries, where it was found or why not, and the devices the driver shows.</summary>
internal sealed class CudaListing
{
    private readonly IReadOnlyList<LibraryReport> _libraries;
    private readonly IReadOnlyList<CudaDevice> _devices = [];
    private readonly string? _devicesWhyNot;

    public CudaListing()
    {
        CudaLibraries? cuda = CudaLibraries.TryLoad(null, out _libraries);
        try
        {
            _devices = cuda?.Devices ?? [];
        }
        catch (CudaException exception)
        {
            _devicesWhyNot = exception.Message;
        }
    }

    public void Write(TextTable table)
    {
        foreach (LibraryReport library in _libraries)
        {
            table.Add(library.Library == "driver" ? "CUDA driver" : library.Library, Text(library));
        }

        foreach (CudaDevice device in _devices)
        {
            table.Add($"CUDA {device}", $"{device.Name}, compute capability {device.ComputeCapability}, {Format.Bytes(device.MemoryBytes)}, {device.Uuid}");
            table.Add($"CUDA {device} computes", string.Join(", ", Precisions(device)));
            if (Advice(device) is { } advice)
            {
                table.Add($"CUDA {device} advice", advice);
            }
        }

        if (_devicesWhyNot is not null)
        {
            table.Add("CUDA devices", $"no: {_devicesWhyNot}");
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteObjects("cudaLibraries", _libraries, library =>
        {
            json.WriteString("library", library.Library);
            json.WriteString("path", library.Path);
            json.WriteString("version", library.Version);
            json.WriteString("whyNot", library.WhyNot);
            json.WriteString("remedy", library.Remedy);
        });
        json.WriteObjects("cudaDevices", _devices, device =>
        {
            json.WriteNumber("device", device.Ordinal);
            json.WriteString("name", device.Name);
            json.WriteString("computeCapability", device.ComputeCapability.ToString());
            json.WriteNumber("memoryBytes", device.MemoryBytes);
            json.WriteString("uuid", device.Uuid);
            json.WriteString("pciBusId", device.PciBusId);
            json.WriteStrings("precisions", Precisions(device));
            json.WriteString("advice", Advice(device));
        });
        json.WriteString("cudaDevicesWhyNot", _devicesWhyNot);
    }

    /// <summary>What it computes.</summary>
    private static IEnumerable<string> Precisions(CudaDevice device) => Enum.GetValues<ArithmeticPrecision>().Where(p => p.WhyNot(device) is null).Select(p => p.ShortName());

    /// <summary>What only a product's name tells; null for most.</summary>
    private static string? Advice(CudaDevice device) => device.Name.Contains("GTX 16", StringComparison.Ordinal)
        ? "no tensor cores: fp32 is the precision to use, as half types with channels last were measured many times slower on such a device"
        : null;

    private static string Text(LibraryReport library) => library.WhyNot is null
        ? $"{library.Version}, {library.Path}"
        : $"no: {(library.Path is { } path && !library.WhyNot.StartsWith(path, StringComparison.Ordinal) ? $"{path}: " : "")}{library.WhyNot}{(library.Remedy is null ? "" : $". {library.Remedy}")}";
}
