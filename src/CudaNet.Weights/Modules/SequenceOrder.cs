using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Holds the order of modules in a <c>torch.nn.Sequential</c>, whose code is known, against the network's. What is missing between two modules of it is
/// not there; in front of the first and behind the last one, and beside modules of unknown code, it may be elsewhere.
/// </summary>
internal sealed class SequenceOrder(ModulePlaces places, SupposedNetwork network)
{
    private readonly HashSet<string> _blocks = [.. places.Blocks.Values];
    private readonly Dictionary<(string? Block, bool IsShortcut), SequencePath> _paths = [];
    private SequencePath _path = null!;
    private int _next;
    private bool _mayBeElsewhere;
    private bool _isNonNegative;

    /// <summary>How many ReLU were found between the head's layers.</summary>
    public int HeadActivations { get; private set; }

    /// <param name="path">Where it is in the file.</param>
    /// <param name="sequence">A sequence that holds layers of the network, and is in no other.</param>
    /// <param name="isWhole">True where its output is the model's.</param>
    /// <exception cref="CudaNetException">Something in it stands where the network has something else.</exception>
    public void Check(string path, ModuleNode sequence, bool isWhole)
    {
        List<SequenceItem> items = SequenceItem.Flatten(path, sequence, places);
        if (items.Find(i => i.Layers.Count > 0) is not { } first)
        {
            return;
        }

        if (items.SelectMany(i => i.Layers).Select(ModulePlaces.BlockOf).Any(b => b is not null && !_blocks.Contains(b)))
        {
            // Blocks whose modules are no unit in the file: their order cannot be told.
            return;
        }

        Begin(path, first.Layers[0], isWhole);
        for (int i = 0; i < items.Count; i++)
        {
            // Max-pool and ReLU give the same in either order.
            bool isSwapped = items[i].Kind == SequenceItemKind.MaxPool && i + 1 < items.Count && items[i + 1].Kind == SequenceItemKind.Activation;
            if (isSwapped)
            {
                (items[i], items[i + 1]) = (items[i + 1], items[i]);
            }

            Take(items[i]);
        }

        if (isWhole && !_mayBeElsewhere && _path.LayerAt(_next) is { Op: GlobalAveragePool } pool)
        {
            throw SupposedNetwork.Refusal(pool.Name, path, $"the nn.Sequential ends behind {_path.Describe(_next - 1)}, expected there is AdaptiveAvgPool2d(1): without it the output is maps");
        }
    }

    private void Begin(string path, LayerNode first, bool isWhole)
    {
        string? block = places.BlockAt(path) is null ? null : ModulePlaces.BlockOf(first);
        (string? Block, bool IsShortcut) key = (block, block is not null && SequencePath.IsShortcut(first));
        if (!_paths.TryGetValue(key, out SequencePath? known))
        {
            _paths[key] = known = new SequencePath(network, first, block);
        }

        _path = known;
        _next = isWhole ? 0 : _path.StepOf(first) ?? 0;
        while (_path.IsLoose(_next - 1))
        {
            _next--;
        }

        (_mayBeElsewhere, _isNonNegative) = (!isWhole, _path.IsNonNegativeBehind(_next - 1));
    }

    private void Take(SequenceItem item)
    {
        switch (item.Kind)
        {
            case SequenceItemKind.Layers:
                TakeLayers(item);
                break;
            case SequenceItemKind.Activation when _path.LayerAt(_next)?.Op is ReLU:
                HeadActivations += IsInHead(_path.LayerAt(_next)!) ? 1 : 0;
                _isNonNegative = true;
                Step();
                break;
            case SequenceItemKind.Activation when _isNonNegative:
                break;
            case SequenceItemKind.MaxPool:
                SkipTo(item, n => _path.LayerAt(n)?.Op is MaxPool2d);
                Step();
                break;
            case SequenceItemKind.GlobalPool when _path.LayerAt(_next - 1)?.Op is GlobalAveragePool:
                break;
            case SequenceItemKind.GlobalPool:
                SkipTo(item, n => _path.LayerAt(n)?.Op is GlobalAveragePool);
                Step();
                break;
            case SequenceItemKind.Flatten when IsPooled():
                break;
            default:
                throw Misfit(item);
        }
    }

    private void TakeLayers(SequenceItem item)
    {
        int[] steps = [.. item.Layers.Select(l => _path.StepOf(l) ?? throw Misfit(item))];
        (int first, int last) = (steps[0], steps[^1]);
        if (IsSplit(first, steps) || IsSplit(last, steps))
        {
            throw Misfit(item);
        }

        bool isKnown = first == last && (places.Layers.ContainsKey(item.Path) || _path.LayerAt(first) is null);
        _mayBeElsewhere |= !isKnown;
        SkipTo(item, n => n == first);
        (_next, _mayBeElsewhere, _isNonNegative) = (last + 1, !isKnown, _path.IsNonNegativeBehind(last));
    }

    /// <summary>True where only a part of a block is in a module: its sum cannot be in a sequence.</summary>
    private bool IsSplit(int step, int[] steps) => _path.LayerAt(step) is null && steps.Count(s => s == step) < _path.Weighted(step);

    /// <summary>Goes on to a step, over what has no weights: what is missing and cannot be elsewhere is taken out of the network.</summary>
    private void SkipTo(SequenceItem item, Func<int, bool> isWanted)
    {
        int step = _next;
        while (!isWanted(step))
        {
            bool isRemovable = _path.LayerAt(step) is { Op: ReLU or MaxPool2d } layer && !IsInHead(layer);
            if (!_path.IsLoose(step) || !(_mayBeElsewhere || isRemovable))
            {
                throw Misfit(item);
            }

            step++;
        }

        for (; _next < step; _next++)
        {
            if (!_mayBeElsewhere)
            {
                network.Found(_path.LayerAt(_next)!, null);
            }
        }
    }

    private void Step() => (_next, _mayBeElsewhere) = (_next + 1, false);

    private static bool IsInHead(LayerNode layer) => layer.Inputs is [{ Op: Linear }];

    private bool IsPooled()
    {
        for (int step = _next - 1; step >= 0; step--)
        {
            if (_path.LayerAt(step)?.Op is GlobalAveragePool)
            {
                return true;
            }
        }

        return _mayBeElsewhere && _path.LayerAt(_next)?.Op is GlobalAveragePool;
    }

    private CudaNetException Misfit(SequenceItem item) =>
        SupposedNetwork.Refusal(_path.Name(_next), item.Path, $"it is {Printable.Quote($"{item.Module.Class}")}, expected behind {_path.Describe(_next - 1)} is {_path.Describe(_next)}");
}
