using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a module in a sequence is, as far as the order goes.</summary>
internal enum SequenceItemKind
{
    /// <summary>One layer with weights, or a module that holds some: a block, a part of the network.</summary>
    Layers,

    /// <summary>A ReLU.</summary>
    Activation,

    /// <summary>A max-pool.</summary>
    MaxPool,

    /// <summary>The mean over all rows and columns.</summary>
    GlobalPool,

    /// <summary>A flatten.</summary>
    Flatten,

    /// <summary>What has no place in a ResNet.</summary>
    Other,
}

/// <summary>A module of a sequence.</summary>
/// <param name="Path">Where it is in the file.</param>
/// <param name="Module">The module.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Layers">The layers with weights in it, in the network's order.</param>
internal sealed record SequenceItem(string Path, ModuleNode Module, SequenceItemKind Kind, IReadOnlyList<LayerNode> Layers)
{
    /// <summary>What a <c>Sequential</c> runs, in order, without what changes nothing; those in it are opened, other modules are not.</summary>
    public static List<SequenceItem> Flatten(string path, ModuleNode sequence, ModulePlaces places)
    {
        List<SequenceItem> items = [];
        Stack<(string Path, ModuleNode Module)> open = new();
        Push(open, path, sequence);
        while (open.TryPop(out (string Path, ModuleNode Module) at))
        {
            // A block adds its input to what it computes; a sequence in a block's place does not.
            bool isBlock = places.Blocks.ContainsKey(at.Path);
            if (ModuleClasses.IsSequential(at.Module.Class) && !isBlock)
            {
                Push(open, at.Path, at.Module);
            }
            else if (KindOf(at.Path, at.Module, places) is { } kind)
            {
                items.Add(new SequenceItem(at.Path, at.Module, kind, kind == SequenceItemKind.Layers ? places.LayersIn(at.Path) : []));
            }
        }

        return items;
    }

    private static void Push(Stack<(string Path, ModuleNode Module)> open, string path, ModuleNode sequence)
    {
        foreach ((string name, ModuleNode child) in sequence.Children.Reverse())
        {
            open.Push((path.Length == 0 ? name : $"{path}.{name}", child));
        }
    }

    private static SequenceItemKind? KindOf(string path, ModuleNode module, ModulePlaces places)
    {
        PickleGlobal type = module.Class;
        return ModuleClasses.IsSequential(type) ? SequenceItemKind.Other
            : places.Layers.ContainsKey(path) || places.Holds(path) ? SequenceItemKind.Layers
            : ModuleClasses.IsRelu(type) ? SequenceItemKind.Activation
            : ModuleClasses.IsMaxPool(type) ? SequenceItemKind.MaxPool
            : ModuleClasses.IsAdaptiveAveragePool(type) || ModuleClasses.IsAveragePool(type) || ModuleClasses.IsTimmAveragePool(type) || ModuleClasses.IsTimmHead(type) ? SequenceItemKind.GlobalPool
            : ModuleClasses.IsFlatten(type) ? SequenceItemKind.Flatten
            : ModuleClasses.IsHarmless(type) || ModuleClasses.IsTraining(type) || (module.Children.Count == 0 && ModuleClasses.IsKnown(type)) ? null
            : SequenceItemKind.Other;
    }
}
