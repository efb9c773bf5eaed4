using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Windows × strides × paddings × ceil mode, on channel counts and image sizes in turn.</summary>
public static class PoolingCases
{
    public static IReadOnlyList<OperatorCase> Max { get; } = [.. Each((k, s, p, ceil) => [new MaxPool2d(k, s, p, ceil)])];

    public static IReadOnlyList<OperatorCase> Average { get; } =
        [.. Each((k, s, p, ceil) => p == default ? [new AvgPool2d(k, s, p, ceil)] : [new AvgPool2d(k, s, p, ceil), new AvgPool2d(k, s, p, ceil, CountIncludePad: false)])];

    public static LayerOp DrawMax(Draws draws, TensorShape shape)
    {
        int kernel = 1 + draws.Below(5);
        return new MaxPool2d(kernel, 1 + draws.Below(4), draws.PaddingBelow(kernel), draws.Flip());
    }

    public static LayerOp DrawAverage(Draws draws, TensorShape shape)
    {
        int kernel = 1 + draws.Below(5);
        return new AvgPool2d(kernel, 1 + draws.Below(4), draws.PaddingBelow(kernel), draws.Flip(), draws.Flip());
    }

    private static IEnumerable<OperatorCase> Each(Func<int, int, Padding, bool, IEnumerable<WindowPool>> make)
    {
        HashSet<OperatorCase> seen = [];
        int turn = 0;
        foreach (int kernel in (int[])[1, 2, 3, 5])
        {
            foreach (int stride in (int[])[1, 2, 3])
            {
                foreach (Padding padding in Paddings(kernel))
                {
                    foreach (bool ceil in (bool[])[false, true])
                    {
                        turn++;
                        int channels = OperatorCatalogue.ChannelCounts[turn % OperatorCatalogue.ChannelCounts.Length];
                        foreach (WindowPool op in make(kernel, stride, padding, ceil))
                        {
                            OperatorCase pooled = new(op, OperatorCatalogue.FirstThatFits(turn, channels, kernel, kernel, padding));
                            if (seen.Add(pooled))
                            {
                                yield return pooled;
                            }
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<Padding> Paddings(int kernel) =>
        kernel == 1 ? [0] : [0, kernel / 2, new Padding(0, 0, 1, 1), new Padding(1, 0, 0, kernel - 1), new Padding(0, kernel - 1, kernel - 1, 0)];
}
