namespace CudaNet.Weights;

/// <summary>The modules of a pickled model, below the one that was saved. Nothing of it is ever called.</summary>
internal sealed class ModuleTree
{
    private const int MaxModules = 100_000;

    private ModuleTree(ModuleNode root) => Root = root;

    /// <summary>The module that was saved.</summary>
    public ModuleNode Root { get; }

    /// <summary>The tree of a pickled module. Iterative, each module once.</summary>
    /// <param name="root">An object of which <see cref="ModuleReader.IsModule"/> is true.</param>
    public static ModuleTree Of(PicklePlaceholder root)
    {
        Dictionary<object, ModuleNode> nodes = new(ReferenceEqualityComparer.Instance);
        ModuleNode top = new(root.Global, (PickleDictionary)root.State!);
        nodes[root.State!] = top;
        Stack<(ModuleNode Node, PickleDictionary State)> open = new([(top, (PickleDictionary)root.State!)]);
        int entries = 0;
        while (open.TryPop(out (ModuleNode Node, PickleDictionary State) parent))
        {
            if (parent.State["_modules"] is not PickleDictionary { IsPlain: true } table)
            {
                continue;
            }

            foreach ((object? key, object? value) in table.Items)
            {
                if (key is not string name || value is not PicklePlaceholder { State: PickleDictionary { IsPlain: true } state } child || ++entries > MaxModules)
                {
                    continue;
                }

                if (!nodes.TryGetValue(state, out ModuleNode? node))
                {
                    nodes[state] = node = new ModuleNode(child.Global, state);
                    open.Push((node, state));
                }

                parent.Node.Add(name, node);
            }
        }

        return new ModuleTree(top);
    }

    /// <summary>The module at a dotted path; null where there is none. Names of modules have no dots.</summary>
    public ModuleNode? Find(string path)
    {
        ModuleNode? node = Root;
        foreach (string name in path.Length == 0 ? [] : path.Split('.'))
        {
            node = node?.Child(name);
        }

        return node;
    }
}
