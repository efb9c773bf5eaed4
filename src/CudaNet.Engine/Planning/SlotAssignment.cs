namespace CudaNet.Engine;

/// <summary>
/// Which values are stored, and in which buffer. A value lives from the step that stores it to the last step that reads it; one that is only
/// observed lives for its own step, where the layout stores it at all. Where the layout keeps published values, each of them lives to the end of the run. Each
/// value, in the order of the steps, takes the free buffer that has to grow least and then wastes least.
/// </summary>
internal sealed class SlotAssignment
{
    private readonly Dictionary<LayerNode, int> _slots = [];
    private readonly List<long> _bytes = [];
    private readonly HashSet<LayerNode> _onlyPublished = [];

    public IReadOnlyList<long> SlotBytes => _bytes;

    public bool IsStored(LayerNode node) => _slots.ContainsKey(node);

    public int SlotOf(LayerNode node) => _slots[node];

    /// <summary>Whether nothing but an observer reads it.</summary>
    public bool IsOnlyPublished(LayerNode node) => _onlyPublished.Contains(node);

    /// <summary>The last step that reads each value which another step than its own reads; the graph's output is read at the end.</summary>
    public static Dictionary<LayerNode, int> LastReads(LayerGraph graph, IEnumerable<(LayerNode Input, LayerNode? Residual)> steps)
    {
        Dictionary<LayerNode, int> lastRead = [];
        int index = 0;
        foreach ((LayerNode input, LayerNode? residual) in steps)
        {
            lastRead[input] = index;
            if (residual is not null)
            {
                lastRead[residual] = index;
            }

            index++;
        }

        lastRead[graph.Output] = index;
        return lastRead;
    }

    public static SlotAssignment Assign(LayerGraph graph, IReadOnlyList<StepOutline> steps, IReadOnlyList<LayerNode> observed, TensorShape[] shapes, StorageLayout layout)
    {
        SlotAssignment slots = new();
        Dictionary<LayerNode, int> lastRead = LastReads(graph, steps.Select(s => (s.Input, s.Residual)));
        List<(LayerNode Node, int End)> live = [];
        List<int> free = [];
        for (int index = 0; index < steps.Count; index++)
        {
            IReadOnlyList<LayerNode> nodes = steps[index].Nodes;
            foreach (LayerNode node in nodes.Where(n => n == nodes[^1] || lastRead.ContainsKey(n) || (layout.StoresPublished && observed.Contains(n))))
            {
                bool isOnlyPublished = node != nodes[^1] && !lastRead.ContainsKey(node);
                if (isOnlyPublished)
                {
                    slots._onlyPublished.Add(node);
                }

                slots.Place(node, (isOnlyPublished ? layout.Published : layout).Bytes(shapes[node.Index]), free);
                bool keeps = layout.KeepsPublished && observed.Contains(node);
                live.Add((node, keeps ? steps.Count : lastRead.GetValueOrDefault(node, index)));
            }

            free.AddRange(live.Where(l => l.End <= index).Select(l => slots._slots[l.Node]));
            live.RemoveAll(l => l.End <= index);
        }

        return slots;
    }

    private void Place(LayerNode node, long bytes, List<int> free)
    {
        int best = -1;
        foreach (int slot in free)
        {
            if (best < 0 || Cost(slot).CompareTo(Cost(best)) < 0)
            {
                best = slot;
            }
        }

        if (best < 0)
        {
            best = _bytes.Count;
            _bytes.Add(0);
        }

        free.Remove(best);
        _bytes[best] = Math.Max(_bytes[best], bytes);
        _slots[node] = best;

        (long Growth, long Waste, int Slot) Cost(int slot) => (Math.Max(0, bytes - _bytes[slot]), Math.Max(0, _bytes[slot] - bytes), slot);
    }
}
