using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Cuda;

/// <summary>The catalogue's convolutions by cuDNN, whose descriptors cannot say a padding that differs by side, against PyTorch's numbers.</summary>
public sealed class ConvolutionPaddingTests
{
    [Theory]
    [InlineData((int)cudnnTensorFormat_t.CUDNN_TENSOR_NCHW)]
    [InlineData((int)cudnnTensorFormat_t.CUDNN_TENSOR_NHWC)]
    public void Convolutions_of_the_catalogue(int format)
    {
        using EmulatedMachine machine = new();
        using (CudaContext context = new(machine.Libraries.Load().Devices[0]))
        {
            using TestDevice device = new(context);
            foreach (OperatorCase tested in OperatorCatalogue.Cases.Where(c => c.Op is Conv2d && c.IsRecorded))
            {
                double[] actual = Convolve(device, (cudnnTensorFormat_t)format, tested);
                TensorComparison comparison = TensorComparison.Compare(tested.Output, actual, tested.Output, RecordedOperators.Values(tested), ArithmeticPrecision.Float32.Tolerance());
                Assert.True(comparison.Passed, $"{tested}: {comparison}");
                device.Clear();
            }
        }

        Assert.Empty(machine.Findings);
    }

    /// <summary>The descriptor alone wherever it gives the same windows; otherwise what a copy has around it, no more than the last window reaches.</summary>
    [Theory]
    [InlineData(3, 1, 8, 1, 1, 1, 0, 0)] // the same on both sides
    [InlineData(3, 2, 8, 1, 0, 1, 0, 0)] // no window begins where the descriptor pads more
    [InlineData(3, 2, 8, 0, 1, 0, 0, 1)] // TensorFlow's "same", even extent
    [InlineData(2, 1, 8, 0, 1, 0, 0, 1)]
    [InlineData(3, 1, 8, 2, 1, 1, 1, 0)]
    [InlineData(5, 1, 8, 1, 3, 1, 0, 2)]
    [InlineData(3, 4, 8, 0, 2, 0, 0, 0)] // the layer's own is never read
    [InlineData(4, 4, 9, 0, 3, 0, 0, 3)]
    [InlineData(3, 3, 8, 0, 2, 0, 0, 1)] // only in part
    public void The_descriptor_pads_where_it_can(int kernel, int stride, int extent, int before, int behind, int both, int copiedBefore, int copiedBehind)
    {
        Conv2d op = new(1, 1, kernel, 1, stride, new Padding(before, 0, behind, 0));
        CudnnPadding padding = CudnnPadding.Of(op, new TensorShape(1, 1, extent, 1));
        Assert.Equal(new CudnnPadding((both, 0), new Padding(copiedBefore, 0, copiedBehind, 0)), padding);
    }

    private static double[] Convolve(TestDevice device, cudnnTensorFormat_t format, OperatorCase tested)
    {
        Conv2d op = (Conv2d)tested.Op;
        (Model model, Tensor input) = CaseNetworks.Alone(tested);
        using (model)
        {
            Tensor weight = model.Parameters["op.weight"];
            bool isNhwc = format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;
            float[] Ordered(Tensor tensor) => isNhwc ? StoredValues.ToNhwc(tensor.Values, tensor.Shape) : tensor.Values.ToArray();
            ConvolutionOnDevice convolution = new(device, ArithmeticPrecision.Float32, format, tested.Input, op);
            DeviceMemory y = device.Reserve(tested.Output.ElementCount);
            device.Run(convolution.Forward(device.Upload(Ordered(input)), device.Upload(Ordered(weight)), y));
            float[] result = device.Read(y), bias = op.Bias ? model.Parameters["op.bias"].Values.ToArray() : new float[op.OutChannels];
            (int c, int plane) = (tested.Output.Channels, tested.Output.Height * tested.Output.Width);
            return [.. result.Select((_, i) => (double)result[isNhwc ? (((i / (c * plane) * plane) + (i % plane)) * c) + (i / plane % c) : i] + bias[i / plane % c])];
        }
    }
}
