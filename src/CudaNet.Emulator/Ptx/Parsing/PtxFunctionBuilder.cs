namespace CudaNet.Emulator.Ptx;

/// <summary>Collects what a function's body declares and contains.</summary>
internal sealed class PtxFunctionBuilder(PtxFunction function)
{
    /// <summary>More local memory than this a thread cannot have.</summary>
    public const int MostLocalBytes = 512 * 1024;

    /// <summary>More <c>.param</c> memory than this a call cannot have.</summary>
    public const int MostFrameBytes = 1024 * 1024;

    private readonly List<PtxRegister> _registers = [];

    public PtxFunction Function { get; set; } = function;

    public List<PtxInstruction> Instructions { get; } = [];

    public List<PtxLabel> Labels { get; } = [];

    public List<PtxVariable> Variables { get; } = [];

    /// <summary>Variables of the module and functions that the body mentions: what decides a kernel's shared memory.</summary>
    public HashSet<object> Mentioned { get; } = [];

    /// <summary>The register of a declaration, given the next index when it is first mentioned.</summary>
    public PtxRegister Use(PtxRegisterDeclaration declaration)
    {
        if (declaration.Register is null)
        {
            declaration.Register = new PtxRegister(declaration.Name, declaration.Type, _registers.Count, declaration.Line);
            _registers.Add(declaration.Register);
        }

        return declaration.Register;
    }

    /// <summary>Remembers a shared variable that the body uses.</summary>
    public void Mention(PtxVariable variable)
    {
        if (variable.Space == PtxStateSpace.Shared)
        {
            Mentioned.Add(variable);
        }
    }

    /// <summary>Writes what was collected into the function.</summary>
    public void Finish()
    {
        Function.Registers = [.. _registers];
        Function.Instructions = [.. Instructions];
        Function.Labels = [.. Labels];
        Function.Variables = [.. Variables];
        Function.HasBody = true;
    }
}
