using System.Globalization;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary>What to compare: <c>peers [--model FILE] [--batches 1,8] [--sizes 224] [--threads 1,2] [--width 512] [--rounds 12] [--no-write]</c>.</summary>
internal sealed record PeerOptions
{
    public string Model { get; init; } = Path.Combine(Repository.Root, "models", "resnet18-leaf.safetensors");

    public IReadOnlyList<int> Batches { get; init; } = [1, 8];

    public IReadOnlyList<int> Sizes { get; init; } = [224];

    public IReadOnlyList<int> Threads { get; init; } = [1, 2];

    public SimdWidth Width { get; init; }

    public int Rounds { get; init; } = 12;

    public bool Write { get; init; } = true;

    public string Command { get; private init; } = "";

    public static PeerOptions Parse(ReadOnlySpan<string> arguments)
    {
        PeerOptions options = new() { Command = string.Join(' ', ["dotnet run -c Release --project bench/CudaNet.Bench -- peers", .. arguments.ToArray()]) };
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (name == "--no-write")
            {
                options = options with { Write = false };
                continue;
            }

            string value = ++i < arguments.Length ? arguments[i] : throw new CudaNetException($"{name} needs a value");
            options = name switch
            {
                "--model" => options with { Model = value },
                "--batches" => options with { Batches = Numbers(value) },
                "--sizes" => options with { Sizes = Numbers(value) },
                "--threads" => options with { Threads = Numbers(value) },
                "--width" => options with { Width = (SimdWidth)Numbers(value)[0] },
                "--rounds" => options with { Rounds = Numbers(value)[0] },
                _ => throw new CudaNetException($"there is no option {name}"),
            };
        }

        return options;
    }

    private static int[] Numbers(string list)
    {
        try
        {
            return [.. list.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        }
        catch (FormatException exception)
        {
            throw new CudaNetException($"'{list}' is no list of numbers", exception);
        }
    }
}
