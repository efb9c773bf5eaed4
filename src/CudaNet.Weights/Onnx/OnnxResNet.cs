using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Finds out whether a graph is a ResNet by its layers alone, and which name timm gives each: blocks of two or three convolutions and their sum. Where a batch norm is
/// folded into its convolution, that layer gives what the batch norm would.
/// </summary>
internal sealed class OnnxResNet
{
    private const int MostStems = 3;

    private readonly ILookup<OnnxLayer, OnnxLayer> _readers;
    private readonly List<(OnnxLayer Layer, string Name)> _aliases = [];
    private readonly List<int> _depths = [];
    private readonly List<int> _widths = [];
    private readonly List<int> _inner = [];
    private int _convolutions;
    private int _groups = 1;
    private bool _isWhole;

    private OnnxResNet(IReadOnlyList<OnnxLayer> layers) =>
        _readers = layers.SelectMany(l => l.Inputs.Distinct().Select(i => (Input: i, Reader: l))).ToLookup(e => e.Input, e => e.Reader);

    /// <summary>timm's name of the network, or <c>resnet</c> where it has none.</summary>
    public string Name => ResNet.Names.FirstOrDefault(n => ResNet.Configure(n) is var known
        && (known.Block == ResNetBlock.Basic) == (_convolutions == 2) && known.Depths.SequenceEqual(_depths) && known.Widths.SequenceEqual(_widths)
        && known.InnerWidths.SequenceEqual(_inner) && known.Groups == _groups && HasLayersOf(ResNet.Build(known))) ?? "resnet";

    /// <summary>timm's names of the layers.</summary>
    public IReadOnlyList<(OnnxLayer Layer, string Name)> Aliases => _aliases;

    /// <summary>The ResNet, or null.</summary>
    /// <param name="layers">The layers, the input first.</param>
    /// <param name="output">What the graph gives.</param>
    public static OnnxResNet? Find(IReadOnlyList<OnnxLayer> layers, OnnxLayer output)
    {
        // Convolutions before it arrange channels.
        foreach (OnnxLayer stem in layers.Where(l => l.Op is Conv2d).Take(MostStems))
        {
            OnnxResNet network = new(layers);
            if (network.Match(stem, output))
            {
                return network;
            }
        }

        return null;
    }

    /// <summary>Whether windows, strides and padding are those of a known network, too: a ResNet for small images has the same blocks behind another stem.</summary>
    private bool HasLayersOf(LayerGraph known)
    {
        Dictionary<string, LayerNode> nodes = known.Layers.ToDictionary(n => n.Name, StringComparer.Ordinal);
        bool IsSame(LayerOp own, string name) => nodes.GetValueOrDefault(name) is { } node && own switch
        {
            Conv2d convolution => (node.Op is BatchNorm2d ? node.Inputs[0] : node).Op is Conv2d wanted && convolution with { Bias = wanted.Bias, InChannels = wanted.InChannels } == wanted,
            MaxPool2d pool => node.Op == pool,
            _ => true,
        };
        return _isWhole && _aliases.Exists(a => a.Name == "maxpool") && _aliases.TrueForAll(a => IsSame(a.Layer.Op, a.Name));
    }

    private bool Match(OnnxLayer stem, OnnxLayer output)
    {
        OnnxLayer value = Normalised(stem, "conv1", "bn1");
        if (Only<ReLU>(value) is not { } activation)
        {
            return false;
        }

        _aliases.Add((activation, "act1"));
        value = activation;
        if (Only<MaxPool2d>(value) is { } pool)
        {
            _aliases.Add((pool, "maxpool"));
            value = pool;
        }

        while (Block(value) is { } next)
        {
            value = next;
        }

        if (_depths.Count == 0 || Only<GlobalAveragePool>(value) is not { } mean)
        {
            return false;
        }

        _aliases.Add((mean, "global_pool"));
        if (Only<Linear>(mean) is { } head)
        {
            _aliases.Add((head, "fc"));
            mean = head;
        }

        // What follows a head is not the network's.
        _isWhole = mean == output || Only<Softmax>(mean) == output;
        return true;
    }

    /// <summary>One block: what it gives, or null where none starts here.</summary>
    private OnnxLayer? Block(OnnxLayer input)
    {
        OnnxLayer[][] branches = [.. _readers[input].Where(r => r.Op is Conv2d).Select(Branch)];
        OnnxLayer[]? main = Array.Find(branches, b => Convolutions(b) is 2 or 3);
        OnnxLayer[]? shortcut = Array.Find(branches, b => b != main);
        if (main is null || branches.Length > 2 || (shortcut is not null && Convolutions(shortcut) != 1)
            || Sum(main[^1]) is not { } sum || !sum.Inputs.Contains(shortcut?[^1] ?? input) || Only<ReLU>(sum) is not { } activation)
        {
            return null;
        }

        int count = Convolutions(main);
        Conv2d[] convolutions = [.. main.Select(l => l.Op).OfType<Conv2d>()];
        if (_convolutions != 0 && _convolutions != count)
        {
            return null;
        }

        _convolutions = count;
        bool starts = _depths.Count == 0 || convolutions.Any(c => c.Stride > 1) || (shortcut is not null && _widths[^1] != convolutions[^1].OutChannels);
        if (starts)
        {
            _depths.Add(0);
            _widths.Add(convolutions[^1].OutChannels);
            _inner.Add(convolutions[0].OutChannels);
            _groups = convolutions.Max(c => c.Groups);
        }

        string scope = $"layer{_depths.Count}.{_depths[^1]++}.";
        AddBranch(main, scope);
        if (shortcut is not null)
        {
            Normalised(shortcut[0], $"{scope}downsample.0", $"{scope}downsample.1");
        }

        _aliases.Add((sum, $"{scope}add"));
        _aliases.Add((activation, $"{scope}act{count}"));
        return activation;
    }

    private void AddBranch(OnnxLayer[] branch, string scope)
    {
        int number = 0;
        foreach (OnnxLayer layer in branch)
        {
            switch (layer.Op)
            {
                case Conv2d:
                    number++;
                    Normalised(layer, $"{scope}conv{number}", $"{scope}bn{number}");
                    break;
                case ReLU:
                    _aliases.Add((layer, $"{scope}act{number}"));
                    break;
            }
        }
    }

    /// <summary>A convolution and its batch norm, if that is a layer of its own.</summary>
    private OnnxLayer Normalised(OnnxLayer convolution, string name, string norm)
    {
        if (Only<BatchNorm2d>(convolution) is { } batchNorm)
        {
            _aliases.Add((convolution, name));
            _aliases.Add((batchNorm, norm));
            return batchNorm;
        }

        _aliases.Add((convolution, norm));
        return convolution;
    }

    /// <summary>From a convolution along single readers up to a sum.</summary>
    private OnnxLayer[] Branch(OnnxLayer start)
    {
        List<OnnxLayer> branch = [start];
        while (_readers[branch[^1]].ToArray() is [{ Op: Conv2d or BatchNorm2d or ReLU } next] && branch.Count < 12)
        {
            branch.Add(next);
        }

        return [.. branch];
    }

    private OnnxLayer? Sum(OnnxLayer last) => _readers[last].ToArray() is [{ Op: Add } sum] ? sum : null;

    private OnnxLayer? Only<T>(OnnxLayer layer)
        where T : LayerOp => _readers[layer].ToArray() is [{ Op: T } reader] ? reader : null;

    private static int Convolutions(OnnxLayer[] branch) => branch.Count(l => l.Op is Conv2d);
}
