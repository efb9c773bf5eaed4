namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Where the variables of a function lie in its frame of local memory: its own with gaps between them, so that what goes past the end of one is in none; then its
/// parameters, results and those of its calls. A kernel's own parameters lie elsewhere.
/// </summary>
internal sealed class FrameLayout
{
    private const int Gap = 32;

    private readonly Dictionary<PtxVariable, int> _locals = [];
    private readonly int _parameters;

    public FrameLayout(PtxFunction function)
    {
        int top = 0;
        foreach (PtxVariable local in function.Variables.Where(variable => variable.Space == PtxStateSpace.Local))
        {
            top = Align(top, Math.Max(16, local.Alignment));
            _locals[local] = top;
            top += (int)local.Size + Gap;
        }

        bool hasOnlyKernelParameters = function is PtxKernel && function.ParameterFrameBytes == function.ParameterBytes;
        _parameters = Align(top, 16);
        Bytes = Align(_parameters + (hasOnlyKernelParameters ? 0 : function.ParameterFrameBytes), 16);
        IEnumerable<PtxVariable> passed = function is PtxKernel ? [] : function.Parameters.Concat(function.Results).Where(variable => variable.Register is null);
        Variables = [.. _locals.Keys, .. passed, .. function.Variables.Where(variable => variable.Space == PtxStateSpace.Param)];
        Occupied = new byte[Bytes];
        foreach (PtxVariable variable in Variables)
        {
            Occupied.AsSpan(OffsetOf(variable), (int)variable.Size).Fill(1);
        }
    }

    public int Bytes { get; }

    /// <summary>All variables in the frame.</summary>
    public IReadOnlyList<PtxVariable> Variables { get; }

    /// <summary>For each byte of the frame 1 where a variable lies.</summary>
    public byte[] Occupied { get; }

    public int OffsetOf(PtxVariable variable) => variable.Space == PtxStateSpace.Local ? _locals[variable] : _parameters + (int)variable.Offset;

    private static int Align(int value, int alignment) => (value + alignment - 1) & -alignment;
}
