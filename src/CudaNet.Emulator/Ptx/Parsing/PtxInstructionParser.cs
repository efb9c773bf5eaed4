namespace CudaNet.Emulator.Ptx;

/// <summary>Reads one instruction: guard, opcode, operands, semicolon.</summary>
internal sealed class PtxInstructionParser(PtxReader reader, PtxConstantParser constants, PtxOpcodeParser opcodes, PtxFunctionBuilder function)
{
    private readonly PtxOperandParser _operands = new(reader, constants, function);
    private readonly PtxCallParser _calls = new(reader, constants, function);
    private readonly List<PtxOperand> _parsed = [];

    /// <summary>Reads an instruction that starts with a token: its opcode, consumed already, or the <c>@</c> of its guard, which is not.</summary>
    public void Parse(PtxScope scope, PtxSourceLine? source, PtxToken start)
    {
        PtxRegister? guard = null;
        bool negated = false;
        if (reader.TakeSymbol("@"))
        {
            negated = reader.TakeSymbol("!");
            guard = _operands.ParsePredicate(scope);
            start = reader.ExpectName("an instruction");
        }

        PtxOpcodeText opcode = opcodes.Parse(start);
        PtxOperand[] operands = ParseOperands(scope, opcode);
        reader.ExpectSymbol(";");
        function.Instructions.Add(new PtxInstruction
        {
            Opcode = opcode.Form.Opcode,
            Modifiers = opcode.Modifiers,
            Operands = operands,
            Guard = guard,
            GuardNegated = negated,
            Line = start.Line,
            Source = source,
            Text = opcode.Text,
        });
    }

    private PtxOperand[] ParseOperands(PtxScope scope, PtxOpcodeText opcode)
    {
        PtxSlot[] slots = opcode.Form.Slots;
        if (slots.Length == 1 && slots[0].Kind is PtxSlotKind.Label or PtxSlotKind.Call)
        {
            return slots[0].Kind == PtxSlotKind.Call ? _calls.Parse(scope) : ParseLabel(scope);
        }

        _parsed.Clear();
        bool separated = true;
        for (int at = 0; at < slots.Length; at++)
        {
            bool isLast = at == slots.Length - 1;
            if (slots[at].IsOptional && isLast && !reader.IsSymbol(","))
            {
                break;
            }

            if (!separated)
            {
                reader.ExpectSymbol(",");
            }

            separated = slots[at].IsOptional && !isLast && _operands.IsAtPredicate(scope);
            if (!separated)
            {
                _parsed.Add(_operands.Parse(scope, opcode, slots[at]));
            }
        }

        return [.. _parsed];
    }

    private PtxOperand[] ParseLabel(PtxScope scope)
    {
        PtxToken name = reader.ExpectName("a label");
        PtxOperand[] operands = [PtxSinkOperand.Instance];
        scope.LabelUses.Add(new PtxLabelUse(name, label => operands[0] = new PtxLabelOperand(label)));
        return operands;
    }
}
