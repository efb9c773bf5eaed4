using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Holds a tree of modules against a network: layers with weights by their attributes, every other module by its class and place. What the network can
/// express becomes a variation, what changes nothing in inference is passed over, all else is refused.
/// </summary>
internal sealed class ModuleCheck
{
    private readonly ModuleTree _tree;
    private readonly ModulePlaces _places;
    private readonly SupposedNetwork _network;
    private readonly LooseModules _loose;
    private int _visitsLeft;

    public ModuleCheck(ModuleTree tree, ModulePlaces places, SupposedNetwork network)
    {
        (_tree, _places, _network) = (tree, places, network);
        _loose = new LooseModules(places, network);
        _visitsLeft = 4096 + (16 * network.Graph.Nodes.Count);
    }

    /// <exception cref="CudaNetException">The modules are those of another network.</exception>
    public void Run()
    {
        foreach ((string path, LayerNode layer) in _places.Layers)
        {
            CheckLayer(path, layer);
        }

        List<ModuleAt> sequences = [];
        Stack<ModuleAt> open = new([new ModuleAt("", _tree.Root, null)]);
        while (open.TryPop(out ModuleAt at))
        {
            if (_places.Layers.ContainsKey(at.Path))
            {
                continue;
            }

            if (--_visitsLeft < 0)
            {
                throw SupposedNetwork.Refusal(null, at.Path, "there are more modules than a network of these weights has");
            }

            if (at.Module.Children.Count == 0)
            {
                _loose.Check(at);
            }
            else if (Enter(at.Path, at.Module))
            {
                if (ModuleClasses.IsSequential(at.Module.Class) && _places.Holds(at.Path) && !at.IsOrdered)
                {
                    sequences.Add(at);
                }

                foreach ((string name, ModuleNode child) in at.Module.Children.Reverse())
                {
                    open.Push(at.Child(name, child, _places));
                }
            }
        }

        _loose.Finish(_tree.Find(_places.Root) ?? _tree.Root);
        SequenceOrder order = new(_places, _network);
        foreach (ModuleAt at in sequences)
        {
            order.Check(at.Path, at.Module, at.IsWhole);
        }

        _loose.FinishHead(order.HeadActivations);
    }

    private void CheckLayer(string path, LayerNode layer)
    {
        if (_tree.Find(path) is not { } module)
        {
            throw SupposedNetwork.Refusal(layer.Name, path, "there are weights, but no module");
        }

        LayerAttributes attributes = new(layer.Name, path, module);
        switch (layer.Op)
        {
            case Conv2d convolution:
                _network.Found(layer, attributes.Convolution(convolution));
                break;
            case BatchNorm2d norm:
                _network.Found(layer, attributes.Normalization(norm));
                break;
            case Linear when !ModuleClasses.IsLinear(module.Class):
                throw attributes.WrongClass("torch.nn's Linear");
            default:
                break;
        }

        NoteHooks(path, module);
    }

    /// <summary>True where the modules in this one are to be looked at.</summary>
    private bool Enter(string path, ModuleNode module)
    {
        NoteHooks(path, module);
        if (ModuleClasses.IsTimmHead(module.Class))
        {
            new LayerAttributes("global_pool", path, module).TimmHead();
        }

        if (ModuleClasses.IsKnown(module.Class))
        {
            return true;
        }

        if (_places.Holds(path))
        {
            _network.Note($"The code of {Printable.Text($"{module.Class}")} is not in the file: it is taken to be a usual ResNet's.");
            return true;
        }

        if (ModulePlaces.IsWithin(path, _places.Root) && !ModuleClasses.IsTraining(module.Class))
        {
            throw SupposedNetwork.Refusal(null, path, $"it is {Printable.Quote($"{module.Class}")}, and a ResNet has nothing in its place");
        }

        _network.Note($"{Printable.Quote(path)} ({Printable.Text($"{module.Class}")}) stands beside the network, and is not computed.");
        return false;
    }

    private void NoteHooks(string path, ModuleNode module)
    {
        if (module.HasHooks)
        {
            _loose.NoteHooks(path);
        }
    }
}
