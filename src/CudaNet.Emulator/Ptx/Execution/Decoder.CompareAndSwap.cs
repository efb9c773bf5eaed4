namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// The loop that the programming guide makes other atomic operations of: a plain load, then compare-and-swaps on the same word that compare with what was
/// seen last. A stale value costs a turn of the loop and nothing else, so such a load is no race.
/// </summary>
internal sealed unsafe partial class Decoder
{
    /// <summary>The loads of a function whose value, moved from register to register at most, a compare-and-swap at the same address compares with.</summary>
    private static HashSet<PtxInstruction> SeedsOfCompareAndSwap(PtxFunction function)
    {
        HashSet<(PtxRegister Value, PtxAddressOperand Address)> compared = [];
        foreach (PtxInstruction swap in function.Instructions)
        {
            if (swap is { Opcode: PtxOpcode.Atom, Modifiers.Atomic: PtxAtomicOperation.CompareAndSwap } && swap.Operands[2] is PtxRegisterOperand value)
            {
                compared.Add((value.Register, (PtxAddressOperand)swap.Operands[1]));
            }
        }

        for (int known = 0; known < compared.Count;)
        {
            known = compared.Count;
            foreach (PtxInstruction move in function.Instructions)
            {
                if (move is { Opcode: PtxOpcode.Mov, Operands: [PtxRegisterOperand to, PtxRegisterOperand from] })
                {
                    compared.UnionWith(compared.Where(c => c.Value == to.Register).Select(c => (from.Register, c.Address)).ToArray());
                }
            }
        }

        return [.. function.Instructions.Where(i => i is { Opcode: PtxOpcode.Ld, Operands: [PtxRegisterOperand loaded, PtxAddressOperand from] } && compared.Contains((loaded.Register, from)))];
    }
}
