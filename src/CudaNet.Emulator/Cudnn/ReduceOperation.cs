using System.Runtime.InteropServices;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnReduceTensor: C = α·reduce(A) + β·C over the axes where C's extent is 1. Sums and products run in double precision, in logical order.</summary>
internal sealed class ReduceOperation(
    ReduceTensorDescriptor reduction, TensorOperand a, TensorOperand c, ulong indices, Scaling scaling, WorkspaceClaim? workspace, bool inDouble)
    : TensorOperation("cudnnReduceTensor", a.Layout.Type, inDouble)
{
    private readonly TensorReduction _kind = reduction.Reduction;
    private readonly bool _passesNan = reduction.NanOption == cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN;

    public override IReadOnlyList<MemoryUse> Uses => indices == 0
        ? [a.Use(MemoryAccess.Read), c.Use(scaling.ResultAccess)]
        : [a.Use(MemoryAccess.Read), c.Use(scaling.ResultAccess), new(indices, IndexBytes, MemoryAccess.Write)];

    private ulong IndexBytes => (ulong)c.Layout.ElementCount * sizeof(int);

    protected override void Run<T>(OperationContext context)
    {
        workspace?.Check(context);
        using ScratchArray<T> values = Load<T>(context, a);
        int results = c.Layout.ElementCount;
        double[] running = new double[results];
        int[] counts = new int[results];
        int[] places = new int[results];
        Start(running);
        for (int i = 0; i < values.Length; i++)
        {
            int at = ResultOf(i);
            double value = double.CreateTruncating(values.Array[i]);
            double next = Step(running[at], value);
            if (counts[at] == 0 || !next.Equals(running[at]))
            {
                places[at] = counts[at];
            }

            running[at] = next;
            counts[at]++;
        }

        using ScratchArray<T> output = new(results);
        for (int i = 0; i < results; i++)
        {
            output.Array[i] = T.CreateTruncating(_kind switch
            {
                TensorReduction.Average => running[i] / counts[i],
                TensorReduction.Norm2 => Math.Sqrt(running[i]),
                _ => running[i],
            });
        }

        if (indices != 0)
        {
            places.CopyTo(MemoryMarshal.Cast<byte, int>(Access(context, indices, IndexBytes, sizeof(int), MemoryAccess.Write)));
        }

        StoreScaled(context, c, output.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }

    private void Start(double[] running) => running.AsSpan().Fill(_kind switch
    {
        TensorReduction.Multiply or TensorReduction.MultiplyNonZeros => 1,
        TensorReduction.Min => double.PositiveInfinity,
        TensorReduction.Max => double.NegativeInfinity,
        _ => 0,
    });

    private double Step(double running, double value) => _kind switch
    {
        TensorReduction.Multiply => running * value,
        TensorReduction.MultiplyNonZeros => value == 0 ? running : running * value,
        TensorReduction.Min => _passesNan ? Math.Min(running, value) : double.MinNumber(running, value),
        TensorReduction.Max => _passesNan ? Math.Max(running, value) : double.MaxNumber(running, value),
        TensorReduction.AbsoluteMax => _passesNan ? Math.Max(running, Math.Abs(value)) : double.MaxNumber(running, Math.Abs(value)),
        TensorReduction.Norm1 => running + Math.Abs(value),
        TensorReduction.Norm2 => running + (value * value),
        _ => running + value,
    };

    /// <summary>Which result an element of A goes to, both in logical order.</summary>
    private int ResultOf(int element)
    {
        int result = 0;
        int step = 1;
        for (int axis = a.Layout.Rank - 1; axis >= 0; axis--)
        {
            (element, int index) = Math.DivRem(element, a.Layout.Extents[axis]);
            if (c.Layout.Extents[axis] > 1)
            {
                result += index * step;
                step *= c.Layout.Extents[axis];
            }
        }

        return result;
    }
}
