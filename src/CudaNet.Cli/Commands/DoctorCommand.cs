using System.CommandLine;
using System.Runtime.InteropServices;
using CudaNet.Cli.SelfTest;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary><c>cudanet doctor</c>: what this machine can run, and why not more.</summary>
internal sealed class DoctorCommand : CliCommand
{
    private readonly BackendOptions _backend;

    private static readonly SimdWidth[] AllWidths = [SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512];

    public DoctorCommand(CliContext context)
        : base(
            context,
            "doctor",
            "Shows what this machine can run, and why not more; runs a small network on one backend. Exit code 3 where that is not right.",
            "cudanet doctor",
            "cudanet doctor --backend cuda:0 --precision fp16",
            "cudanet doctor --json")
    {
        _backend = new BackendOptions(this, context);
        Add(Json);
    }

    private static string Compilation => SimdDiagnosis.IsCompiledAheadOfTime ? "NativeAOT" : "JIT";

    private static SimdWidth? Used => SimdSupport.Widths.Count > 0 ? SimdSupport.Widths[^1] : null;

    private static long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    protected override int Execute(ParseResult arguments)
    {
        string? images = WhyNoImages();
        string backend = _backend.Describe(arguments);
        IBackend? made = null;
        QuickCheck check = QuickCheck.Run(() => made = _backend.Create(arguments));
        CudaBackend? cuda = made as CudaBackend;
        if (arguments.GetValue(Json))
        {
            WriteJson(images, backend, check, cuda);
        }
        else
        {
            WriteText(images, backend, check, cuda);
        }

        return check.WhyNot is null ? ExitCode.Success : ExitCode.BadInput;
    }

    private static string Usable(string? whyNot) => whyNot is null ? "yes" : $"no: {whyNot}";

    /// <summary>Decodes the smallest image, and with it loads the codec's native library; null where that works.</summary>
    private static string? WhyNoImages()
    {
        ReadOnlySpan<byte> onePixel = [0x42, 0x4D, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0,
            0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0];
        try
        {
            ImageDecoder.Decode(onePixel);
            return null;
        }
        catch (CudaNetException exception)
        {
            return exception.Message;
        }
    }

    private void WriteText(string? images, string checkedBackend, QuickCheck check, CudaBackend? cuda)
    {
        TextTable table = new("what", "here");
        table.Add("version", VersionAction.Version);
        table.Add("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        table.Add("runtime", $"{RuntimeInformation.FrameworkDescription}, {Compilation}");
        table.Add("memory", Format.Bytes(MemoryBytes));
        table.Add("cores", $"{Environment.ProcessorCount}, as many threads by default");
        foreach (SimdWidth width in AllWidths)
        {
            table.Add($"SIMD {(int)width} bits", width == Used ? "yes, used" : Usable(SimdDiagnosis.WhyNot(width)));
        }

        foreach (BackendEntry backend in BackendCatalogue.All)
        {
            table.Add($"backend {backend.Name}", Usable(backend.WhyNot));
        }

        table.Add($"a run on {checkedBackend}", check.ToString());
        if (check.PassText is { } passes)
        {
            table.Add("passes", passes);
        }

        if (cuda is not null)
        {
            table.Add("batch bits", cuda.BatchBits);
            foreach (string note in cuda.Notes)
            {
                table.Add("cache", note);
            }
        }

        table.Add("images", Usable(images));
        new CudaListing().Write(table);
        table.Write(Context.Out);
    }

    private void WriteJson(string? images, string checkedBackend, QuickCheck check, CudaBackend? cuda) => JsonOutput.Write(Context.Out, json =>
    {
        json.WriteString("version", VersionAction.Version);
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("compilation", Compilation);
        json.WriteNumber("memoryBytes", MemoryBytes);
        json.WriteNumber("cores", Environment.ProcessorCount);
        json.WriteNumber("simdWidth", Used is { } used ? (int)used : 0);
        json.WriteObjects("simdWidths", AllWidths, width =>
        {
            json.WriteNumber("bits", (int)width);
            json.WriteString("whyNot", SimdDiagnosis.WhyNot(width));
        });
        json.WriteObjects("backends", BackendCatalogue.All, backend =>
        {
            json.WriteString("name", backend.Name);
            json.WriteString("whyNot", backend.WhyNot);
        });
        json.WriteString("checkedBackend", checkedBackend);
        json.WriteString("checkWhyNot", check.WhyNot);
        json.WriteFinite("checkError", check.Error);
        json.WriteFinite("checkBound", check.Bound);
        json.WriteString("passText", check.PassText);
        json.WriteString("batchBits", cuda?.BatchBits);
        json.WriteStrings("notes", cuda?.Notes ?? []);
        json.WriteString("imagesWhyNot", images);
        new CudaListing().Write(json);
    });
}
