using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What the fused call adds: y = act(α·conv + α₂·z + bias).</summary>
internal sealed record ConvolutionFusion(TensorOperand Added, double AddedScale, TensorOperand Bias, bool IsRectified);

/// <summary>cudnnConvolutionForward, and its fused form.</summary>
internal sealed class ConvolutionOperation(
    ConvolutionProblem problem, cudnnConvolutionFwdAlgo_t algorithm, Accumulation order, OperandRounding rounding,
    ulong x, ulong w, ulong y, Scaling scaling, ConvolutionFusion? fusion, WorkspaceClaim? workspace)
    : TensorOperation(fusion is null ? "cudnnConvolutionForward" : "cudnnConvolutionBiasActivationForward", problem.X.Type, problem.SumsInDouble)
{
    private readonly TensorOperand _x = new(problem.X, x);
    private readonly TensorOperand _y = new(problem.Y, y);

    public override object? Code => (Name, algorithm, problem.X.Type, problem.ComputeType, problem.Math);

    public override IReadOnlyList<MemoryUse> Uses
    {
        get
        {
            List<MemoryUse> uses = [_x.Use(MemoryAccess.Read), new(w, (ulong)problem.W.SizeInBytes, MemoryAccess.Read)];
            if (fusion is not null)
            {
                uses.Add(fusion.Bias.Use(MemoryAccess.Read));
                if (fusion.AddedScale != 0)
                {
                    uses.Add(fusion.Added.Use(MemoryAccess.Read));
                }
            }

            uses.Add(_y.Use(scaling.ResultAccess));
            return uses;
        }
    }

    protected override unsafe void Run<T>(OperationContext context)
    {
        workspace?.Check(context);
        ReadOnlySpan<byte> input = Access(context, _x, MemoryAccess.Read);
        ReadOnlySpan<byte> filter = Access(context, w, (ulong)problem.W.SizeInBytes, CudnnTypes.SizeOf(problem.W.Type), MemoryAccess.Read);
        T[] bias = [];
        Span<byte> added = default;
        if (fusion is not null)
        {
            bias = new T[problem.Filters];
            Elements.Read<T>(Access(context, fusion.Bias, MemoryAccess.Read), fusion.Bias.Layout.Element, 1, bias);
            added = fusion.AddedScale == 0 ? default : Access(context, fusion.Added, MemoryAccess.Read);
        }

        fixed (byte* memory = Access(context, _y, scaling.ResultAccess), addedMemory = added)
        {
            ConvolutionFinish<T> finish = new(problem.Y, T.CreateTruncating(scaling.Alpha), T.CreateTruncating(scaling.Beta))
            {
                Memory = memory,
                Added = addedMemory,
                AddedScale = T.CreateTruncating(fusion?.AddedScale ?? 0),
                Bias = bias,
                IsRectified = fusion is { IsRectified: true },
            };
            ConvolutionRun.Compute(problem, order, rounding, input, filter, finish);
        }
    }
}
