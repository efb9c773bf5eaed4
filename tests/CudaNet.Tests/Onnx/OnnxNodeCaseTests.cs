using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>
/// The ONNX project's own cases of every operator here, with the outputs that its numpy code computed: a case has its numbers, of images or of constants, or is refused for a reason that was read
/// (<c>approved/onnx-node-cases.txt</c>).
/// </summary>
public sealed class OnnxNodeCaseTests
{
    private const string NotFolded = "is a constant, where it should depend on the images";

    [Fact]
    public void Have_their_numbers_or_a_reason()
    {
        Python.Require("onnx", "numpy");
        Assert.SkipUnless(Python.Evaluate("import onnx; print(onnx.__version__)").Trim() == "1.12.0", "the approved list is that of ONNX 1.12.0");
        using TemporaryFolder folder = new();
        string[] cases = Python.Run("onnx_node_cases.py", [folder.Path, .. OnnxOperators.All.Select(r => r.Name), .. OnnxFolding.Operators]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        StringBuilder report = new();
        foreach (string line in cases.Order(StringComparer.Ordinal))
        {
            (string name, string output) = line.Split(' ') is [var first, var second] ? (first, second) : throw new InvalidDataException(line);
            NpyArray expected = NpyArray.Read(folder.File($"{name}.out.npy"));
            if (File.Exists(folder.File($"{name}.image.onnx")))
            {
                report.Append($"{name}, of images: {Outcome(folder, name, () => OfImages(folder, name), expected)}\n");
            }

            string folded = Outcome(folder, name, () => OfConstants(folder.File($"{name}.constant.onnx"), output), expected);
            if (!folded.EndsWith(NotFolded, StringComparison.Ordinal))
            {
                report.Append($"{name}, of constants: {folded}\n");
            }
        }

        Approved.Check("onnx-node-cases.txt", report.ToString());
    }

    private static string Outcome(TemporaryFolder folder, string name, Func<(TensorShape Shape, double[] Values)> run, NpyArray expected)
    {
        try
        {
            (TensorShape shape, double[] values) = run();
            double[] wanted = expected.ToDoubles();
            Assert.True(values.Length == wanted.Length, $"{name}: {shape}, expected {string.Join('×', expected.Shape)}");
            double largest = wanted.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
            Assert.All(values.Zip(wanted), v => Assert.True(
                v.First.Equals(v.Second) || (double.IsFinite(v.Second) && Math.Abs(v.First - v.Second) <= Tolerance.For("cpu").Of(v.Second, largest)),
                $"{name}: {v.First}, expected {v.Second} of at most {largest}"));
            return $"same, {shape}";
        }
        catch (CudaNetException refusal)
        {
            return refusal.Message.Replace($"{folder.Path}/", "", StringComparison.Ordinal).Replace("the ONNX graph has what cannot be run here: ", "", StringComparison.Ordinal);
        }
    }

    private static (TensorShape Shape, double[] Values) OfImages(TemporaryFolder folder, string name)
    {
        using Model model = ModelFile.Open(folder.File($"{name}.image.onnx"));
        using Session session = new(model, Backends.Create("reference"));
        NpyArray images = NpyArray.Read(folder.File($"{name}.in.npy"));
        Tensor output = session.Predict(new Tensor(new TensorShape((int[])[.. images.Shape.Select(e => (int)e)]), images.ToFloats()));
        return (output.Shape, [.. output.Values.ToArray().Select(v => (double)v)]);
    }

    private static (TensorShape Shape, double[] Values) OfConstants(string path, string output)
    {
        List<FileBytes> opened = [];
        try
        {
            FormatSource source = FormatSource.At(path, null, opened);
            OnnxImport import = new(source, OnnxModelReader.Read(source.Bytes.All));
            import.Run();
            OnnxConstant constant = import.Constant(output) ?? throw new CudaNetException("it is no constant");
            return (constant.Shape, constant.Numbers());
        }
        finally
        {
            opened.ForEach(f => f.Dispose());
        }
    }
}
