namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Which function calls which: how deep local memory must be, and where registers must be saved.</summary>
internal sealed class CallGraph
{
    private readonly Dictionary<PtxFunction, HashSet<PtxFunction>> _callees = [];
    private readonly Dictionary<PtxFunction, HashSet<PtxFunction>> _reached = [];
    private readonly Dictionary<PtxFunction, int> _depths = [];
    private readonly Func<PtxFunction, int> _frameBytes;

    public CallGraph(IReadOnlyList<PtxFunction> functions, Func<PtxFunction, int> frameBytes)
    {
        _frameBytes = frameBytes;
        foreach (PtxFunction function in functions)
        {
            _callees[function] = [.. function.Instructions.SelectMany(i => i.Operands).OfType<PtxFunctionOperand>().Select(o => o.Function)];
        }

        foreach (PtxFunction function in functions)
        {
            HashSet<PtxFunction> reached = [];
            Stack<PtxFunction> open = new(_callees[function]);
            while (open.TryPop(out PtxFunction? next))
            {
                if (reached.Add(next))
                {
                    foreach (PtxFunction callee in _callees[next])
                    {
                        open.Push(callee);
                    }
                }
            }

            _reached[function] = reached;
        }

        IsRecursive = functions.Any(function => _reached[function].Contains(function));
    }

    public bool IsRecursive { get; }

    /// <summary>A call of it may lead to the other.</summary>
    public bool Reaches(PtxFunction from, PtxFunction to) => from == to || _reached[from].Contains(to);

    /// <summary>The bytes of frames of the deepest chain of calls; of a recursion each function once.</summary>
    public int LocalBytes(PtxFunction function) =>
        IsRecursive ? _callees.Keys.Sum(_frameBytes) : Depth(function);

    private int Depth(PtxFunction function)
    {
        if (!_depths.TryGetValue(function, out int depth))
        {
            depth = _frameBytes(function) + _callees[function].Select(Depth).DefaultIfEmpty().Max();
            _depths[function] = depth;
        }

        return depth;
    }
}
