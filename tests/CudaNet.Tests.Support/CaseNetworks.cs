using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Networks around one operator of the catalogue; the operator's node is named <c>op</c>.</summary>
public static class CaseNetworks
{
    /// <summary>The operator with input and weights by formula, as <c>operators.py</c> computes it.</summary>
    public static (Model Model, Tensor Input) Alone(OperatorCase tested)
    {
        TensorShape shape = tested.Input;
        Tensor input = Formula.Uniform("x", shape);
        GraphBuilder builder = new(shape.Channels);
        Dictionary<string, Tensor> parameters = [];
        if (tested.Op is Add)
        {
            (builder, input) = AddOfTwoInputs(tested.Op, shape);
            parameters["left.weight"] = Selector(shape.Channels, 0);
            parameters["right.weight"] = Selector(shape.Channels, shape.Channels);
        }
        else if (shape.Rank == 2)
        {
            // A vector reaches it as the average of planes of one element.
            builder.Add("op", tested.Op, builder.Add("vector", new GlobalAveragePool(), builder.Input));
            input = new Tensor(new TensorShape(shape.Batch, shape.Channels, 1, 1), input.Memory);
        }
        else
        {
            builder.Add("op", tested.Op, builder.Input);
        }

        LayerGraph graph = builder.Build();
        foreach (ParameterSpec spec in graph.Parameters.Where(p => !parameters.ContainsKey(p.Name)))
        {
            parameters[spec.Name] = Networks.Parameter(spec with { Name = spec.Name.Split('.')[^1] });
        }

        return (Networks.Create(graph, parameters), input);
    }

    /// <summary>
    /// The operator in a network: it reads the run's input or a stored value; after it come norm, sum and ReLU, and a convolution that reads the zeros around
    /// what they stored.
    /// </summary>
    public static (LayerGraph Graph, TensorShape Input) Within(OperatorCase tested, bool readsStored, int batch)
    {
        TensorShape input = tested.Input.Rank == 4
            ? new TensorShape(batch, tested.Input.Channels, tested.Input.Height, tested.Input.Width)
            : new TensorShape(batch, tested.Input.Channels, 3, 2);
        GraphBuilder builder = new(input.Channels);
        LayerNode source = readsStored ? builder.Add("stored", new MaxPool2d(1, 1), builder.Input) : builder.Input;
        source = tested.Input.Rank == 4 ? source : builder.Add("vector", new GlobalAveragePool(), source);
        bool isSum = tested.Op is Add;
        LayerNode shortcut = builder.Add("shortcut", tested.Op, source, isSum ? source : null);
        LayerNode value = builder.Add("op", tested.Op, source, isSum ? shortcut : null);
        bool isImage = tested.Output.Rank == 4;
        value = isImage ? builder.Add("bn", new BatchNorm2d(tested.Output.Channels), value) : value;
        value = builder.Add("add", new Add(), value, shortcut);
        value = builder.Add("act", new ReLU(), value);
        if (isImage)
        {
            builder.Add("reader", new Conv2d(tested.Output.Channels, 2, 3, 3, Padding: 1), value);
        }

        return (builder.Build(), input);
    }

    /// <summary>Two operands reach a sum as the halves of one input's channels, each picked by a unit convolution.</summary>
    private static (GraphBuilder Builder, Tensor Input) AddOfTwoInputs(LayerOp op, TensorShape shape)
    {
        GraphBuilder builder = new(2 * shape.Channels);
        LayerNode left = builder.Add("left", new Conv2d(2 * shape.Channels, shape.Channels, 1, 1), builder.Input);
        LayerNode right = builder.Add("right", new Conv2d(2 * shape.Channels, shape.Channels, 1, 1), builder.Input);
        builder.Add("op", op, left, right);
        Tensor x = Formula.Uniform("x", shape), y = Formula.Uniform("y", shape);
        IEnumerable<float> both = Enumerable.Range(0, shape.Batch).SelectMany(n => (float[])[.. x.Image(n).Values, .. y.Image(n).Values]);
        return (builder, new Tensor(new TensorShape(shape.Batch, 2 * shape.Channels, shape.Height, shape.Width), both.ToArray()));
    }

    private static Tensor Selector(int channels, int first)
    {
        float[] weight = new float[channels * 2 * channels];
        for (int k = 0; k < channels; k++)
        {
            weight[(k * 2 * channels) + first + k] = 1;
        }

        return new Tensor(new TensorShape(channels, 2 * channels, 1, 1), weight);
    }
}
