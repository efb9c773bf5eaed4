using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Kernels × paddings × channel counts, with strides, dilations, groups, outputs and image sizes in turn; then shapes of networks, larger.</summary>
public static class ConvolutionCases
{
    private static readonly (int Height, int Width)[] Kernels = [(1, 1), (3, 3), (2, 2), (5, 5), (7, 7), (1, 7), (3, 2)];

    private static readonly (int Groups, int Inputs, int Outputs)[] Groupings =
    [
        (2, 1, 1), (3, 1, 2), (7, 1, 1), (17, 1, 1), (33, 1, 1), (33, 1, 2), (4, 4, 4), (8, 4, 4), (2, 8, 16), (5, 3, 2), (8, 2, 2), (2, 16, 16), (3, 16, 32), (2, 33, 17), (2, 15, 16),
    ];

    public static IReadOnlyList<OperatorCase> All { get; } = [.. Products(), .. Grouped(), .. OfNetworks()];

    public static LayerOp Draw(Draws draws, TensorShape shape)
    {
        // As often as not the shape stays, so that there is something to add the result to.
        bool keeps = draws.Flip();
        int channels = shape.Channels;
        int[] groupCounts = [.. Enumerable.Range(1, channels).Where(g => channels % g == 0)];
        int groups = draws.Flip() ? 1 : draws.Pick(groupCounts);
        int outputs = keeps ? channels : groups == 1 ? draws.Pick(OperatorCatalogue.ChannelCounts) : groups * draws.Pick([1, 2, 3, 16]);
        int dilation = draws.Below(4) == 0 ? 1 + draws.Below(3) : 1;
        int height = draws.Pick([1, 1, 2, 3, 3, 5, 7]);
        int width = keeps || draws.Flip() ? height : draws.Pick([1, 2, 3, 4, 7]);
        int reach = dilation * (height - 1);
        Padding padding = keeps ? new Padding(reach / 2, reach / 2, reach - (reach / 2), reach - (reach / 2)) : draws.PaddingBelow(2 + reach + dilation);
        return new Conv2d(channels, outputs, height, width, keeps ? 1 : 1 + draws.Below(4), padding, dilation, groups, draws.Flip());
    }

    private static IEnumerable<OperatorCase> Products()
    {
        int turn = 0;
        foreach ((int height, int width) in Kernels)
        {
            foreach (Padding padding in Paddings(height))
            {
                for (int i = 0; i < 4; i++, turn++)
                {
                    int channels = OperatorCatalogue.ChannelCounts[turn % OperatorCatalogue.ChannelCounts.Length];
                    int outputs = OperatorCatalogue.ChannelCounts[turn * 5 % OperatorCatalogue.ChannelCounts.Length];
                    Conv2d op = new(channels, outputs, height, width, 1 + (turn % 3), padding, 1 + (turn / 2 % 3), Bias: turn % 2 == 0);
                    yield return Fitting(op, turn);
                }
            }
        }
    }

    private static IEnumerable<OperatorCase> Grouped()
    {
        int turn = 0;
        foreach ((int groups, int inputs, int outputs) in Groupings)
        {
            for (int i = 0; i < 3; i++, turn++)
            {
                (int height, int width) = Kernels[turn % Kernels.Length];
                Padding[] paddings = [.. Paddings(height)];
                Conv2d op = new(groups * inputs, groups * outputs, height, width, 1 + (turn % 2), paddings[turn % paddings.Length], 1 + (turn / 3 % 2), groups, Bias: turn % 2 == 1);
                yield return Fitting(op, turn);
            }
        }
    }

    /// <summary>What ResNets have, and what fills several tiles, panels and chunks.</summary>
    private static IEnumerable<OperatorCase> OfNetworks()
    {
        yield return new(new Conv2d(3, 64, 7, 7, Stride: 2, Padding: 3), new TensorShape(2, 3, 33, 47));
        yield return new(new Conv2d(3, 64, 7, 7, Stride: 2, new Padding(2, 2, 3, 3)), new TensorShape(1, 3, 32, 32));
        yield return new(new Conv2d(9, 17, 7, 7, Stride: 2, Padding: 3), new TensorShape(1, 9, 20, 13));
        yield return new(new Conv2d(130, 33, 3, 3, Stride: 2, new Padding(0, 0, 1, 1)), new TensorShape(1, 130, 14, 16));
        yield return new(new Conv2d(130, 5, 1, 1, Bias: true), new TensorShape(1, 130, 33, 47));
        yield return new(new Conv2d(128, 128, 3, 3, Stride: 2, Padding: 1, Groups: 32), new TensorShape(2, 128, 9, 7));
        yield return new(new Conv2d(30, 12, 3, 3, Padding: 1, Groups: 6, Bias: true), new TensorShape(1, 30, 33, 47));
        yield return new(new Conv2d(20, 20, 5, 5, Padding: 4, Dilation: 2, Groups: 5), new TensorShape(1, 20, 6, 40));
        yield return new(new Conv2d(64, 64, 3, 3, Padding: 1, Groups: 4), new TensorShape(1, 64, 14, 14));
        yield return new(new Conv2d(544, 16, 1, 1), new TensorShape(1, 544, 2, 3));
        yield return new(new Conv2d(48, 16, 9, 9, Padding: 1), new TensorShape(1, 48, 12, 12));
        yield return new(new Conv2d(16, 544, 3, 3, Padding: 1), new TensorShape(1, 16, 10, 20));
    }

    private static IEnumerable<Padding> Paddings(int kernel) => [0, kernel / 2, new Padding(0, 0, 1, 1), new Padding(1, 0, 2, 3), kernel];

    private static OperatorCase Fitting(Conv2d op, int turn)
    {
        int height = (op.Dilation * (op.KernelHeight - 1)) + 1, width = (op.Dilation * (op.KernelWidth - 1)) + 1;
        return new OperatorCase(op, OperatorCatalogue.FirstThatFits(turn, op.InChannels, height, width, op.Padding));
    }
}
