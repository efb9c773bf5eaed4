using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Judges modules without weights: activations, poolings and what has no effect, by class, and by the names that torchvision, timm and transformers give them.</summary>
internal sealed partial class LooseModules(ModulePlaces places, SupposedNetwork network)
{
    private const int MaxAttributes = 4;

    private readonly List<(string Path, ModuleNode Module)> _maxPools = [];
    private readonly LayerNode? _maxPool = network.Graph.Nodes.FirstOrDefault(n => n.Op is MaxPool2d);
    private readonly int _poolIndex = network.Graph.Nodes.FirstOrDefault(n => n.Op is GlobalAveragePool)?.Index ?? int.MaxValue;
    private bool _hasStemActivation;
    private int _headActivations;

    /// <param name="at">A module with no other in it.</param>
    /// <exception cref="CudaNetException">It has an effect that cannot be computed.</exception>
    public void Check(ModuleAt at)
    {
        (string path, ModuleNode module, ModuleNode? holder) = at;
        PickleGlobal type = module.Class;
        if (module.HasHooks)
        {
            NoteHooks(path);
        }

        string? block = places.BlockAt(path);
        bool inside = ModulePlaces.IsWithin(path, places.Root);
        bool applied = holder is not null && ModuleClasses.IsSequential(holder.Class) && path != places.Root;
        string place = ModulePlaces.Parent(path);
        LayerNode[] activations = [.. Activations(path, block)];
        if (ModuleClasses.IsHarmless(type) || IsEmptyContainer(module))
        {
            CheckHarmless(path, module, activations, holder);
        }
        else if (!inside && !applied && !ModuleClasses.IsAdaptiveAveragePool(type))
        {
            NoteBeside(path, type);
        }
        else if (ModuleClasses.IsRelu(type) && (inside || at.IsOrdered || places.IsHead(place)))
        {
            CheckRelu(at, block);
            _headActivations += places.IsHead(place) && !at.IsOrdered ? 1 : 0;
            _hasStemActivation |= inside && block is null && !places.IsHead(place);
        }
        else if (ModuleClasses.IsMaxPool(type) && inside && block is null && !places.IsHead(place))
        {
            _maxPools.Add((path, module));
        }
        else if (ModuleClasses.IsAdaptiveAveragePool(type) && block is null)
        {
            new LayerAttributes("global_pool", path, module).GlobalPool();
        }
        else if (ModuleClasses.IsAveragePool(type) && block is null)
        {
            int window = new LayerAttributes("global_pool", path, module).Window();
            network.Note($"{Printable.Quote(path)} averages windows of {window}×{window}: that is the mean over everything only where the last maps have that size.");
        }
        else if (!(ModuleClasses.IsTimmAveragePool(type) && block is null) && !ModuleClasses.IsTraining(type))
        {
            string? layer = activations.FirstOrDefault()?.Name ?? (IsPoolName(path) ? "maxpool" : IsHeadName(path) ? "global_pool" : null);
            throw SupposedNetwork.Refusal(layer, path, $"it is {Describe(module)}, supported is {Supported(type, activations.Length > 0, layer)}");
        }
    }

    /// <summary>Says what the poolings come to, once all modules were looked at.</summary>
    /// <param name="root">The module that holds the stem and the blocks.</param>
    /// <exception cref="CudaNetException">There are too many.</exception>
    public void Finish(ModuleNode root)
    {
        bool isSequence = ModuleClasses.IsSequential(root.Class);
        ModuleNode[] pools = [.. _maxPools.Select(p => p.Module).Distinct()];
        if (pools.Length > 1)
        {
            throw SupposedNetwork.Refusal("maxpool", _maxPools[1].Path, "it is a second MaxPool2d, and a ResNet has one");
        }

        if (_maxPool is not null && (pools.Length == 1 || isSequence))
        {
            network.Found(_maxPool, pools.Length == 1 ? new LayerAttributes(_maxPool.Name, _maxPools[0].Path, pools[0]).MaxPool() : null);
        }

        if (isSequence && !_hasStemActivation)
        {
            Remove(network.Graph.Nodes.Where(n => n.Name == "act1"));
        }
    }

    /// <summary>Counts the activations of the head.</summary>
    /// <param name="ordered">How many of them stand between its layers in a sequence.</param>
    /// <exception cref="CudaNetException">There are more, or fewer, than the network has.</exception>
    public void FinishHead(int ordered)
    {
        int found = _headActivations + ordered;
        int wanted = network.Graph.Nodes.Count(n => n.Op is ReLU && n.Index > _poolIndex);
        if (found != wanted)
        {
            throw SupposedNetwork.Refusal(network.Graph.Output.Name, network.ModuleOf(network.Graph.Output) ?? "", $"there are {found} ReLU in its head, supported is {wanted}");
        }
    }

    /// <summary>In a block whose code is known, a ReLU is one of its activations, or stands where it changes nothing: beside one of them.</summary>
    private void CheckRelu(ModuleAt at, string? block)
    {
        if (block is null || at.IsOrdered || at.Owner is not { } owner || !ModuleClasses.IsKnown(owner.Class) || Activations(at.Place, block).Any())
        {
            return;
        }

        if (at.Place[(at.Place.LastIndexOf('.') + 1)..] is not ("drop_block" or "aa"))
        {
            throw SupposedNetwork.Refusal(null, at.Path, $"it is {Describe(at.Module)}, and a block has no activation in its place");
        }
    }

    private void CheckHarmless(string path, ModuleNode module, LayerNode[] activations, ModuleNode? holder)
    {
        if (activations.Length > 0)
        {
            Remove(activations);
        }
        else if (IsPoolName(path) && _maxPool is not null)
        {
            network.Found(_maxPool, null);
        }
        else if (IsHeadName(path) || (holder is not null && ModuleClasses.IsTimmHead(holder.Class) && path.EndsWith(".pool", StringComparison.Ordinal)))
        {
            throw SupposedNetwork.Refusal("global_pool", path, $"it is {Describe(module)}, supported is the mean over all rows and columns");
        }
        else if (module.Class.Name == "Flatten" && ((module.TryGet("start_dim", out object? start) && start is not 1L) || (module.TryGet("end_dim", out object? end) && end is not -1L)))
        {
            throw SupposedNetwork.Refusal(null, path, $"it is {Describe(module)}, supported is start_dim 1, end_dim -1");
        }
    }

    /// <summary>Says that a module has code of its own.</summary>
    public void NoteHooks(string path) => network.Note($"Module {Printable.Quote(path)} has hooks or a forward of its own, whose code is not in the file: they are not run.");

    private void NoteBeside(string path, PickleGlobal type)
    {
        if (!ModuleClasses.IsTraining(type))
        {
            network.Note($"{Printable.Quote(path)} ({Printable.Text($"{type}")}) stands beside the network, and is not computed.");
        }
    }

    private void Remove(IEnumerable<LayerNode> layers)
    {
        foreach (LayerNode layer in layers)
        {
            network.Found(layer, null);
        }
    }

    private static bool IsEmptyContainer(ModuleNode module) =>
        ModuleClasses.IsSequential(module.Class) || $"{module.Class}" is "torch.nn.modules.container.ModuleList" or "torch.nn.modules.container.ModuleDict";

    /// <summary>The layers that a module of that name is: an activation may stand for all of its block, or for one.</summary>
    private IEnumerable<LayerNode> Activations(string path, string? block)
    {
        string place = block ?? places.Root;
        if (!ModulePlaces.IsWithin(path, place) || path.Length == place.Length)
        {
            return [];
        }

        Match name = ActivationName().Match(path[(place.Length == 0 ? 0 : place.Length + 1)..]);
        if (!name.Success)
        {
            return [];
        }

        string? inNetwork = block is null ? null : places.Blocks[block];
        LayerNode[] all = [.. network.Graph.Nodes.Where(n => n.Op is ReLU && n.Index < _poolIndex && ModulePlaces.BlockOf(n) == inNetwork)];
        if (name.Groups["unit"].Success)
        {
            // transformers: a unit has its own activation, the last one none.
            return int.TryParse(name.Groups["unit"].Value, out int unit) ? all.SkipLast(1).Skip(unit).Take(1) : [];
        }

        return name.Groups["number"].Length > 0 ? all.Where(n => n.Name.EndsWith($"act{name.Groups["number"].Value}", StringComparison.Ordinal))
            : path.EndsWith(".activation", StringComparison.Ordinal) ? all.TakeLast(1) : all;
    }

    private bool IsPoolName(string path) => Within(path) is "maxpool" or "max_pool" or "pool" or "pool1" or "embedder.pooler";

    private bool IsHeadName(string path) => Within(path) is "avgpool" or "avg_pool" or "global_pool" or "gap";

    private string? Within(string path) => !ModulePlaces.IsWithin(path, places.Root) || path.Length == places.Root.Length ? null : path[(places.Root.Length == 0 ? 0 : places.Root.Length + 1)..];

    private static string Supported(PickleGlobal type, bool isActivation, string? layer) =>
        isActivation || type.Module == "torch.nn.modules.activation" ? "ReLU between layers, and nothing after the last"
        : layer == "global_pool" ? "AdaptiveAvgPool2d(1)"
        : layer == "maxpool" ? "MaxPool2d, or Identity"
        : "a ResNet's own layers, Identity and Dropout";

    /// <summary>The class, and the plain attributes that tell it from others of its kind.</summary>
    private static string Describe(ModuleNode module)
    {
        string[] shown = [.. module.PlainAttributes.Where(a => a.Key is not ("training" or "inplace") && a.Key[0] != '_').Take(MaxAttributes).Select(a => $"{Printable.Text(a.Key)} {AttributeText.Of(a.Value)}")];
        return Printable.Quote($"{module.Class}") + (shown.Length == 0 ? "" : $" with {string.Join(", ", shown)}");
    }

    [GeneratedRegex(@"^((embedder\.)?embedder\.|(layer\.)?(?<unit>[0-9]{1,3})\.)?(relu|act|activation|nonlinearity)_?(?<number>[0-9]?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ActivationName();
}
