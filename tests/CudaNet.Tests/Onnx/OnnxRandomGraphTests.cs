using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>Graphs by chance: what every layer gives under its node's name is what ONNX Runtime computes of that node.</summary>
public sealed class OnnxRandomGraphTests
{
    private const int Graphs = 1000, Nodes = 8, MostCancelled = 20;

    [Fact]
    public void Every_layer_gives_what_its_node_does()
    {
        int run = 0, layers = 0;
        for (int seed = 0; seed < Graphs; seed++)
        {
            Drawn drawn = new(seed);
            if (Open(drawn.File(isObserved: false)) is not { } model)
            {
                continue;
            }

            using (model)
            {
                using Session session = new(model, Backends.Create("reference"));
                using OnnxRuntime runtime = new(drawn.File(isObserved: true));
                Dictionary<string, Tensor> expected = runtime.Run(drawn.Input);
                LayerOutputs outputs = session.Extract(drawn.Input, [.. model.Graph.Layers.Select(l => l.Name)]);
                float largest = 0;
                foreach (LayerNode layer in model.Graph.Layers)
                {
                    largest = Math.Max(largest, Largest(outputs[layer]));
                    if (largest > MostCancelled * Largest(outputs[layer]))
                    {
                        // Nearly all of what the layers before gave cancels out: what is left are the roundings of both.
                        break;
                    }

                    AssertSame(seed, layer.Name, outputs[layer], expected[layer.Name[(layer.Name.IndexOf('_', StringComparison.Ordinal) + 1)..]]);
                    layers++;
                }

                run++;
            }
        }

        Assert.InRange(run, Graphs * 3 / 4, Graphs);
        Assert.InRange(layers, Graphs * 3, int.MaxValue);
    }

    private static float Largest(Tensor values) => values.Values.ToArray().Max(Math.Abs);

    /// <summary>Null where something in it is refused.</summary>
    private static Model? Open(byte[] file)
    {
        try
        {
            return ModelFile.Read(file, "graph.onnx");
        }
        catch (WeightFormatException)
        {
            return null;
        }
    }

    private static void AssertSame(int seed, string name, Tensor actual, Tensor expected)
    {
        Assert.True(actual.Shape.ElementCount == expected.Shape.ElementCount, $"graph {seed}, {name}: {actual.Shape}, expected {expected.Shape}");
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new Tensor(actual.Shape, expected.Values.ToArray()), Tolerance.For("cpu"));
        Assert.True(comparison.Passed, $"graph {seed}, {name}: {comparison}");
    }

    /// <summary>A graph by its seed: each node reads a value that is there.</summary>
    private sealed class Drawn
    {
        private readonly Random _random;
        private readonly OnnxBytes _nodes;
        private readonly List<(string Name, int Channels, int Height, int Width)> _values = [];
        private int _count;

        public Drawn(int seed)
        {
            _random = new Random(seed);
            (int channels, int height, int width) = (_random.Next(1, 5), _random.Next(7, 12), _random.Next(7, 12));
            Input = Formula.Input(_random.Next(1, 3), channels, height, width);
            _nodes = _random.Next(2) == 0 ? OnnxBytes.Graph(0, channels, 0, 0) : OnnxBytes.Graph(0, channels, height, width);
            _values.Add(("x", channels, height, width));
            for (int i = 0; i < Nodes; i++)
            {
                Add();
            }

            (string last, int _, _, _) = _values[^1];
            if (_random.Next(3) == 0)
            {
                _nodes.Node("GlobalAveragePool", last, "p").Node("Flatten", "p", "f").Constant("fw", [_values[^1].Channels, 3]).Constant("fb", [3]).Node("Gemm", "f fw fb", "g").Constant("fk", [3]).Node("Mul", "g fk", "y");
                _values.AddRange([("p", 0, 0, 0), ("f", 0, 0, 0), ("g", 0, 0, 0)]);
            }
            else
            {
                _nodes.Node("Relu", last, "y");
            }
        }

        public Tensor Input { get; }

        /// <summary>The file; observed it gives every value.</summary>
        public byte[] File(bool isObserved)
        {
            if (isObserved)
            {
                _values.Skip(1).ToList().ForEach(v => _nodes.Value(12, v.Name));
            }

            return _nodes.File;
        }

        private void Add()
        {
            // The last value mostly: else little of the graph leads to its output.
            (string name, int channels, int height, int width) = _values[_random.Next(4) == 0 ? _random.Next(_values.Count) : _values.Count - 1];
            byte[] axis = OnnxBytes.Attribute("axis", 1);
            switch (_random.Next(12))
            {
                case 0:
                    Node("Relu", name, channels, height, width);
                    break;
                case 1 or 2:
                    int kernel = _random.Next(1, 4), outputs = _random.Next(1, 5), top = _random.Next(2), left = _random.Next(2);
                    string weight = Constant(outputs, channels, kernel, kernel);
                    Node("Conv", $"{name} {weight}", outputs, height + top - kernel + 1, width + left - kernel + 1, OnnxBytes.Attribute("pads", top, left, 0, 0));
                    break;
                case 3:
                    Node("BatchNormalization", $"{name} {Constant(channels)} {Constant(channels)} {Constant(channels)} {Positive(channels)}", channels, height, width);
                    break;
                case 4 when Math.Min(height, width) >= 3:
                    Node(_random.Next(2) == 0 ? "MaxPool" : "AveragePool", name, channels, height - 1, width - 1, OnnxBytes.Attribute("kernel_shape", 2, 2));
                    break;
                case 5 or 6:
                    string constant = _random.Next(2) == 0 ? Constant(channels, 1, 1) : Constant();
                    Node(new[] { "Add", "Sub", "Mul" }[_random.Next(3)], _random.Next(2) == 0 ? $"{name} {constant}" : $"{constant} {name}", channels, height, width);
                    break;
                case 7:
                    int[] chosen = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _random.Next(channels))];
                    _nodes.Integers($"i{_count}", [.. chosen.Select(c => (long)c)]);
                    Node("Gather", $"{name} i{_count}", chosen.Length, height, width, axis);
                    break;
                case 8 when channels > 1:
                    Split(name, channels, height, width, axis);
                    break;
                case 9:
                    _nodes.Integers($"i{_count}", 0, 0, 1, 0, 0, 0, 0, 2);
                    Node("Pad", $"{name} i{_count}", channels, height + 1, width + 2);
                    Node("Conv", $"{_values[^1].Name} {Constant(2, channels, 3, 3)}", 2, height - 1, width);
                    _values.RemoveAt(_values.Count - 2);
                    break;
                case 10:
                    Node("Add", $"{name} {name}", channels, height, width);
                    break;
                default:
                    Node("Identity", name, channels, height, width);
                    break;
            }
        }

        /// <summary>Two parts, arithmetic on one of them, and both in another order.</summary>
        private void Split(string name, int channels, int height, int width, byte[] axis)
        {
            int first = _random.Next(1, channels), id = _count++;
            _nodes.Integers($"i{id}", first, channels - first).Node("Split", $"{name} i{id}", $"a{id} b{id}", axis);
            _values.AddRange([($"a{id}", first, height, width), ($"b{id}", channels - first, height, width)]);
            Node("Mul", $"a{id} {Constant(first, 1, 1)}", first, height, width);
            Node("Concat", $"b{id} {_values[^1].Name}", channels, height, width, axis);
        }

        private void Node(string kind, string inputs, int channels, int height, int width, params byte[][] attributes)
        {
            if (Math.Min(height, width) < 1)
            {
                return;
            }

            string output = $"v{_count++}";
            _nodes.Node(kind, inputs, output, attributes);
            _values.Add((output, channels, height, width));
        }

        private string Constant(params ReadOnlySpan<int> extents)
        {
            string name = $"c{_count++}";
            _nodes.Constant(name, [.. extents.ToArray().Select(e => (long)e)]);
            return name;
        }

        private string Positive(int channels)
        {
            string name = $"c{_count++}";
            _nodes.Constant(name, [channels], [.. Enumerable.Range(0, channels).Select(_ => 0.5f + _random.NextSingle())]);
            return name;
        }
    }
}
