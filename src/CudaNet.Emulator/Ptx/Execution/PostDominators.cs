namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// The immediate post-dominators of a function's instructions: where all ways from an instruction to the function's end first meet again
/// (Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm", on the reversed flow).
/// </summary>
internal sealed class PostDominators
{
    private readonly int _start;
    private readonly int _exit;
    private readonly int[] _meeting;
    private readonly int[] _order;

    public PostDominators(List<Instruction> code, List<int> extras, int start)
    {
        _start = start;
        _exit = code.Count - start;
        List<int>[] next = new List<int>[_exit];
        List<int>[] previous = new List<int>[_exit + 1];
        for (int at = 0; at <= _exit; at++)
        {
            previous[at] = [];
        }

        for (int at = 0; at < _exit; at++)
        {
            next[at] = Successors(code[start + at], at, extras);
            next[at].ForEach(target => previous[target].Add(at));
        }

        _meeting = new int[_exit + 1];
        _order = new int[_exit + 1];
        Array.Fill(_meeting, -1);
        Array.Fill(_order, -1);
        _meeting[_exit] = _exit;
        List<int> postorder = Postorder(previous);
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int k = postorder.Count - 2; k >= 0; k--)
            {
                int at = postorder[k];
                int meeting = -1;
                foreach (int target in next[at])
                {
                    meeting = _meeting[target] < 0 ? meeting : meeting < 0 ? target : Intersect(meeting, target);
                }

                changed |= _meeting[at] != meeting;
                _meeting[at] = meeting;
            }
        }
    }

    /// <summary>The place in the program, or -1 where the ways meet at the function's end only.</summary>
    public int Of(int pc)
    {
        int meeting = _meeting[pc - _start];
        return meeting < 0 || meeting == _exit ? -1 : meeting + _start;
    }

    private List<int> Successors(in Instruction i, int at, List<int> extras)
    {
        bool always = i.Guard == RegisterFile.AlwaysTrue;
        List<int> next = [];
        if (i.Flow == InstructionFlow.Branch)
        {
            next.Add(i.Target - _start);
        }
        else if (i.Flow == InstructionFlow.IndexedBranch)
        {
            next.AddRange(extras.GetRange(i.Extra, i.ExtraCount).Select(target => target - _start).Distinct());
        }
        else if (i.Flow == InstructionFlow.End)
        {
            next.Add(_exit);
        }
        else
        {
            always = false;
        }

        if (!always && !next.Contains(at + 1))
        {
            next.Add(at + 1);
        }

        return next;
    }

    /// <summary>The nodes that reach the exit, each behind those it is reached from against the flow; numbers them.</summary>
    private List<int> Postorder(List<int>[] previous)
    {
        List<int> order = [];
        bool[] seen = new bool[_exit + 1];
        Stack<(int Node, int Child)> open = new();
        open.Push((_exit, 0));
        seen[_exit] = true;
        while (open.TryPop(out (int Node, int Child) top))
        {
            if (top.Child < previous[top.Node].Count)
            {
                open.Push((top.Node, top.Child + 1));
                int child = previous[top.Node][top.Child];
                if (!seen[child])
                {
                    seen[child] = true;
                    open.Push((child, 0));
                }
            }
            else
            {
                _order[top.Node] = order.Count;
                order.Add(top.Node);
            }
        }

        return order;
    }

    private int Intersect(int left, int right)
    {
        while (left != right)
        {
            while (_order[left] < _order[right])
            {
                left = _meeting[left];
            }

            while (_order[right] < _order[left])
            {
                right = _meeting[right];
            }
        }

        return left;
    }
}
