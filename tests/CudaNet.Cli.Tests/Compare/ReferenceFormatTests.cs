using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Compare;

/// <summary>The files that reference values come in: told by content, bounded, and read as NumPy and PyTorch read them.</summary>
public sealed class ReferenceFormatTests : IDisposable
{
    private readonly RecordedModel _model = new(TestModels.TinyConfig);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NumPys_archives_are_read_whatever_they_are_called(bool deflated)
    {
        Tool tool = _model.Compare(_model.Write("reference.bin", _model.Archive(_model.Values, deflated)), "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal(_model.Graph.Layers.Count(), tool.Json.GetProperty("layers").GetArrayLength());
    }

    [Fact]
    public void Element_types_byte_orders_and_both_orders_of_indices_are_read()
    {
        float[] fc = _model.Values["fc"].Values.ToArray();
        byte[] doubles = MemoryMarshal.AsBytes<double>([.. fc.Select(v => (double)v)]).ToArray(), big = new byte[fc.Length * 4];
        byte[] columns = MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, fc.Length).Select(i => fc[(i % 2 * 5) + (i / 2)])]).ToArray();
        for (int i = 0; i < fc.Length; i++)
        {
            BinaryPrimitives.WriteSingleBigEndian(big.AsSpan(4 * i), fc[i]);
        }

        (string Name, byte[] Array)[] entries =
        [
            ("input", NpzBytes.Array("<f4", "2L, 3L, 40L, 52L", MemoryMarshal.AsBytes(_model.Values["input"].Values))),
            ("fc", NpzBytes.Array("<f8", "2, 5", doubles)),
            ("logits", NpzBytes.Array(">f4", "2, 5", big)),
            ("output", NpzBytes.Array("<f4", "2, 5", columns, fortran: true)),
            ("predictions", NpzBytes.Array("<f2", "2, 5", MemoryMarshal.AsBytes<Half>([.. fc.Select(v => (Half)v)]))),
        ];
        Tool tool = _model.Compare(_model.Write("types.npz", NpzBytes.Archive(entries)), "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal(["fc", "logits", "output", "predictions"], tool.Json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("stored").GetString()));
    }

    /// <summary>Rounding to fp16 is no fault of the backend; a tolerance that was asked for is meant.</summary>
    [Fact]
    public void Values_in_sixteen_bits_may_be_off_by_their_rounding()
    {
        Half[] rounded = [.. _model.Values["fc"].Values.ToArray().Select(v => (Half)v)];
        string Write(Half[] values) => _model.Write("half.npz", NpzBytes.Archive(
            [("input", NpzBytes.Array([2, 3, 40, 52], _model.Values["input"].Values)), ("fc", NpzBytes.Array("<f2", "2, 5", MemoryMarshal.AsBytes<Half>(values)))]));
        Assert.Equal(ExitCode.Success, _model.Compare(Write(rounded)).Code);
        Assert.Equal(ExitCode.BeyondTolerance, _model.Compare(Write(rounded), "--tolerance", "5e-6").Code);
        rounded[0] = (Half)((float)rounded[0] * 1.01f);
        Assert.Equal(ExitCode.BeyondTolerance, _model.Compare(Write(rounded)).Code);
    }

    [Fact]
    public void Integers_are_numbers()
    {
        foreach ((string type, byte[] bytes) in ((string, byte[])[])[("<i4", new byte[40]), ("|u1", new byte[10]), ("<u8", new byte[80]), ("|b1", new byte[10])])
        {
            Tool tool = _model.Compare(_model.Write("i.npz", NpzBytes.Archive([("input", NpzBytes.Array([2, 3, 40, 52], _model.Values["input"].Values)), ("fc", NpzBytes.Array(type, "2, 5", bytes))])), "--json");
            Assert.Equal(ExitCode.BeyondTolerance, tool.Code);
            Assert.Equal(0, tool.Json.GetProperty("layers")[0].GetProperty("worstExpected").GetDouble());
        }
    }

    public static TheoryData<string, byte[], string> Wrong => new()
    {
        { "shape", NpzBytes.Archive([("fc", NpzBytes.Array("<f4", "2, 6", new byte[40]))]), "does not fit its bytes" },
        { "overflow", NpzBytes.Archive([("fc", NpzBytes.Array("<f4", "2147483647, 2147483647, 2147483647", new byte[40]))]), "does not fit its bytes" },
        { "extent", NpzBytes.Archive([("fc", NpzBytes.Array("<f4", "2LL, 5", new byte[40]))]), "not understood" },
        { "object", NpzBytes.Archive([("fc", NpzBytes.Array("|O", "2, 5", new byte[40]))]), "no tensor has the name" },
        { "complex", NpzBytes.Archive([("fc", NpzBytes.Array("<c8", "2, 5", new byte[80]))]), "no tensor has the name" },
        { "header", NpzBytes.Archive([("fc", [1, 2, 3])]), "header is truncated" },
        { "bomb", NpzBytes.Archive([("fc", NpzBytes.Array("<f4", "50000000", new byte[200_000_000]))], deflated: true), "more than 16 times" },
        { "array", NpzBytes.Array([2, 5], new float[10]), "looks like a NumPy array" },
        { "zip", NpzBytes.Archive([("fc", NpzBytes.Array([2, 5], new float[10]))])[..^30], "no directory at its end" },
        { "png", [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. new byte[64]], "looks like a PNG image" },
        { "empty", [], "empty" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_file_that_is_wrong_is_named_with_the_reason(string name, byte[] bytes, string reason)
    {
        string path = _model.Write(name, bytes);
        Tool tool = _model.Compare(path);
        Assert.Equal((ExitCode.BadInput, ""), (tool.Code, tool.Out));
        Assert.StartsWith($"error: {path}: ", tool.Error, StringComparison.Ordinal);
        Assert.Contains(reason, tool.Error, StringComparison.Ordinal);
    }

    /// <summary>Bytes changed at random, the same ones every time: read, or refused with the file's name.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damaged_archives_are_read_or_refused(bool deflated)
    {
        byte[] whole = _model.Archive(_model.Values.Where(v => v.Value.Shape.ElementCount < 1000), deflated);
        Random random = new(7);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. whole];
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                // The archive's records are at its end, each array's header at the start of its entry.
                int at = random.Next(2) == 0 ? bytes.Length - 1 - random.Next(1500) : random.Next(bytes.Length);
                bytes[at] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
            }

            string path = _model.Write("damaged.npz", bytes);
            try
            {
                using ReferenceFile file = new(path);
                Assert.All(file.Tensors, t => ReferenceFile.Values(t));
            }
            catch (CudaNetException exception)
            {
                Assert.Equal(path, exception.File);
                refused++;
            }
        }

        Assert.InRange(refused, 1, 399);
    }

    [Fact]
    public void The_tools_own_features_are_reference_values()
    {
        string input = _model.Write("input.npy", NpzBytes.Array([2, 3, 40, 52], _model.Values["input"].Values));
        string with = _model.File("with.npz"), without = _model.File("without.npz");
        Assert.Equal(0, Tool.Run("features", _model.ModelFile, input, "-l", "all", "-l", "input", "-o", with, "--backend", "reference").Code);
        Assert.Equal(0, Tool.Run("features", _model.ModelFile, input, "-l", "layer2", "-o", without, "--backend", "reference").Code);
        Tool all = _model.Compare(with, "--json");
        Assert.True(all.Code == ExitCode.Success, all.Out + all.Error);
        Assert.Equal((0, 0), (all.Json.GetProperty("missing").GetArrayLength(), all.Json.GetProperty("unknown").GetArrayLength()));

        Tool refused = _model.Compare(without);
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.StartsWith($"error: {without}: there is no tensor 'input' to run\nhint: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--input FILE.npy", refused.Error, StringComparison.Ordinal);
        Tool given = _model.Compare(without, "--input", input, "--json");
        Assert.True(given.Code == ExitCode.Success, given.Error);
        Assert.Equal(["layer2.0.act2", "fc"], given.Json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(input, given.Json.GetProperty("inputFrom").GetString());
    }

    /// <summary>Plain, nested, older than the zip archive, and behind a name that a checkpoint would have.</summary>
    [Fact]
    public void PyTorchs_dictionaries_are_read()
    {
        Python.Require("torch", "numpy");
        string source = _model.Write("source.npz", _model.Archive(_model.Values));
        Python.Evaluate(
            """
            import collections, os, sys, numpy, torch
            z = numpy.load(sys.argv[1])
            os.chdir(os.path.dirname(sys.argv[1]))
            x, y = torch.tensor(z['input']), torch.tensor(z['layer1.0.act2'])
            torch.save({'input': x, 'outputs': {'layer1.0': {'act2': y}}}, 'nested.pt')
            torch.save({'input': x, 'layer1.0.act2': y.double()}, 'double.pt')
            torch.save({'input': x, 'layer1': y.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), 'epoch': 3}, 'stream.pt', _use_new_zipfile_serialization=False)
            torch.save(collections.OrderedDict(input=x, model={'layer1': torch.nn.Parameter(y)}), 'model.pt')
            """,
            source);
        foreach (string name in (string[])["nested.pt", "double.pt", "stream.pt", "model.pt"])
        {
            Tool tool = _model.Compare(_model.File(name), "--json");
            Assert.True(tool.Code == ExitCode.Success, name + tool.Out + tool.Error);
            Assert.Equal("layer1.0.act2", Assert.Single(tool.Json.GetProperty("layers").EnumerateArray()).GetProperty("name").GetString());
            Assert.Equal(name == "stream.pt" ? ["epoch"] : [], tool.Json.GetProperty("unknown").EnumerateArray().Select(u => u.GetString()));
        }
    }

    [Fact]
    public void PyTorchs_other_files_are_refused()
    {
        Python.Require("torch");
        (string Value, string Reason)[] files =
        [
            ("torch.zeros(3)", "not a dictionary of names and tensors"), ("[torch.zeros(3)]", "is a list"), ("{'a': 1}", "no tensor has the name"),
            ("many", "more than 65536 entries"), ("deep", "no tensor has the name"),
        ];
        string lines = string.Join("; ", files.Select((f, i) => $"torch.save({f.Value}, sys.argv[1] + '{i}')"));
        Python.Evaluate(
            $"""
            import sys, torch
            many = [str(i) for i in range(300)]
            many = dict.fromkeys(many, dict.fromkeys(many, 1))
            deep = dict(a=torch.zeros(3))
            for i in range(100):
                deep = dict(a=deep)
            {lines}
            """,
            _model.File("reference"));
        for (int i = 0; i < files.Length; i++)
        {
            Tool tool = _model.Compare(_model.File($"reference{i}"));
            Assert.Equal(ExitCode.BadInput, tool.Code);
            Assert.Contains(files[i].Reason, tool.Error, StringComparison.Ordinal);
        }
    }
}
