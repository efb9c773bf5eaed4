using System.Reflection;
using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>One operator with its attributes on one input shape, by value. A sum reads two inputs of that shape.</summary>
public sealed record OperatorCase(LayerOp Op, TensorShape Input)
{
    /// <summary>More values than this are not recorded: there the reference backend judges.</summary>
    private const int MaxRecorded = 1200;

    /// <summary>Unique in the catalogue.</summary>
    public string Name => $"{Op.Kind} {Op.Describe()} on {Input}";

    public TensorShape Output => Op.InferShape(Op is Add ? [Input, Input] : [Input]);

    /// <summary>Whether PyTorch's numbers for it are in <c>tests/data/operators.json</c>.</summary>
    public bool IsRecorded => Output.ElementCount <= MaxRecorded;

    /// <summary>The record's own parameters, in order: a new operator's are found without more code.</summary>
    public IEnumerable<(string Name, object Value)> Attributes =>
        Op.GetType().GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters()
            .Select(p => (p.Name!, Op.GetType().GetProperty(p.Name!, BindingFlags.Public | BindingFlags.Instance)!.GetValue(Op)!));

    public override string ToString() => Name;
}

/// <summary>One operator in the catalogue.</summary>
/// <param name="Op">The record's type.</param>
/// <param name="Attributes">What it takes, for the documentation.</param>
/// <param name="Share">How often random graphs draw it, among the operators that fit.</param>
/// <param name="Rank">Of its input.</param>
/// <param name="Draw">A random one for an input of that shape.</param>
/// <param name="Cases">What the operator tests run.</param>
public sealed record OperatorRow(Type Op, string Attributes, int Share, int Rank, Func<Draws, TensorShape, LayerOp> Draw, IReadOnlyList<OperatorCase> Cases);
