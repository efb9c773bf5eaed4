using System.Numerics;
using System.Runtime.InteropServices;

namespace CudaNet.Engine;

/// <summary>
/// Says where NaN and infinities come from. Nothing here is done unasked: to look at weights is to read the whole file, and to look at layers is a run.
/// Stateless; any thread.
/// </summary>
public static class Finiteness
{
    private const uint Exponent = 0x7F80_0000;

    /// <summary>The first value that is NaN or infinite; −1 where all are finite.</summary>
    public static int IndexOf(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<float, Vector<uint>>(values);
        Vector<uint> exponent = new(Exponent);
        int start = 0;
        while (start < vectors.Length && !Vector.EqualsAny(vectors[start] & exponent, exponent))
        {
            start++;
        }

        for (int i = start * Vector<uint>.Count; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// The parameters with NaN, infinities, or a variance below 0, in execution order; empty for sound weights. Reads every value once: views of a mapped
    /// file are brought to memory by it.
    /// </summary>
    /// <param name="model">Of any network.</param>
    /// <param name="cancellation">Looked at before each parameter.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<ValueFault> FindFaults(Model model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.Graph.Nodes.SelectMany(n => n.Parameters.Select(p => Look(n.Op, p.Name))).OfType<ValueFault>()];

        ValueFault? Look(LayerOp op, string parameter)
        {
            cancellation.ThrowIfCancellationRequested();
            return Fault(parameter, model.Parameters[parameter], IsVariance(op, parameter));
        }
    }

    /// <summary>
    /// Runs a batch with every layer observed, up to the first whose output is not finite; the input counts as the first. Null where all are. Costs a run, and
    /// buffers for all layers while it lasts.
    /// </summary>
    /// <param name="session">On any backend.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="cancellation">As for any run.</param>
    /// <exception cref="CudaNetException">As for any run.</exception>
    public static ValueFault? FindFirst(Session session, Tensor input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(input);
        LayerSelection layers = session.Select([.. session.Graph.Nodes.Select(n => n.Name)]);
        using InferenceRun run = session.Start(input, layers, cancellation);
        while (run.Next(out Observation layer))
        {
            if (Fault(layer.Name, layer.Shape, layer.Values, isVariance: false) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static bool IsVariance(LayerOp op, string parameter) => op is BatchNorm2d && parameter.EndsWith(".running_var", StringComparison.Ordinal);

    private static ValueFault? Fault(string name, Tensor tensor, bool isVariance) => Fault(name, tensor.Shape, tensor.Values, isVariance);

    private static ValueFault? Fault(string name, TensorShape shape, ReadOnlySpan<float> values, bool isVariance)
    {
        if (!isVariance && IndexOf(values) < 0)
        {
            return null;
        }

        (int first, long count) = (-1, 0);
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]) || (isVariance && values[i] < 0))
            {
                first = first < 0 ? i : first;
                count++;
            }
        }

        return first < 0 ? null : new ValueFault(name, Position(shape, first), values[first], count);
    }

    private static int[] Position(TensorShape shape, int index)
    {
        int[] position = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            (index, position[axis]) = Math.DivRem(index, shape[axis]);
        }

        return position;
    }
}
