using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

public sealed class NpyReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1, 3, 2, 2", "1×3×2×2")]
    [InlineData("3, 2, 2", "1×3×2×2")]
    [InlineData("2, 1, 1, 6", "2×1×1×6")]
    [InlineData("2L, 1L, 1L, 6L", "2×1×1×6")]
    public void Reads_batches_and_single_images(string shape, string expected)
    {
        Tensor tensor = NpyReader.Read(Write($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}", 12));
        Assert.Equal(expected, tensor.Shape.ToString());
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => (float)i)], tensor.Values.ToArray());
    }

    [Fact]
    public void Reads_what_NumPy_saved()
    {
        Python.Require("numpy");
        string path = _folder.File("numpy.npy");
        Python.Evaluate("import sys, numpy; numpy.save(sys.argv[1], numpy.arange(24, dtype='<f4').reshape(2, 3, 2, 2) / 7)", path);
        Tensor tensor = NpyReader.Read(path);
        Assert.Equal(new TensorShape(2, 3, 2, 2), tensor.Shape);
        Assert.Equal([.. Enumerable.Range(0, 24).Select(i => i / 7f)], tensor.Values.ToArray());
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3, 2, 2), }", "<f8")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3, 2, 2), }", "Fortran")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (12,), }", "N×C×H×W")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "N×C×H×W")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3, 2, 2), }", "N×C×H×W")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 2, 2), }", "48 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }", "overflows")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647, 3), }", "overflows")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2097152, 2097152, 2097152), }", "overflows")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1, 1), }", "not understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,12), }", "not understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1LL, 3, 2, 2), }", "not understood")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (L, 3, 2, 2), }", "not understood")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (12,), }", "no plain")]
    [InlineData("", "no plain")]
    public void Refuses_with_the_reason(string header, string reason)
    {
        string path = Write(header, 12);
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => NpyReader.Read(path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.File);
    }

    [Fact]
    public void Refuses_every_truncation()
    {
        byte[] whole = File.ReadAllBytes(Write("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 2, 2), }", 12));
        string path = _folder.File("part.npy");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(path, Assert.Throws<CudaNetException>(() => NpyReader.Read(path)).File);
        }
    }

    [Fact]
    public void Refuses_a_header_length_beyond_the_file()
    {
        string path = _folder.File("lying.npy");
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0x7F]);
        Assert.Contains("declares", Assert.Throws<CudaNetException>(() => NpyReader.Read(path)).Message, StringComparison.Ordinal);
        Assert.Equal(_folder.File("no.npy"), Assert.Throws<CudaNetException>(() => NpyReader.Read(_folder.File("no.npy"))).File);
    }

    private string Write(string header, int values)
    {
        string path = _folder.File("tensor.npy");
        byte[] text = Encoding.ASCII.GetBytes(header + "\n");
        float[] data = [.. Enumerable.Range(0, values).Select(i => (float)i)];
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. MemoryMarshal.AsBytes(data.AsSpan())]);
        return path;
    }
}
