using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>The kernels of a network's head: fully connected, bias, softmax, top-k.</summary>
internal static class RowKernelChecks
{
    public static IEnumerable<Check> All() =>
    [
        .. KernelCases.Of("linear", "1×512 → 1000", (d, p, v) => Connect(d, 1, new Linear(512, 1000), p, v)),
        .. KernelCases.Of("linear", "3×33 → 5", (d, p, v) => Connect(d, 3, new Linear(33, 5), p, v)),
        .. Of("bias", AddBias, 1, 1000),
        .. Of("bias", AddBias, 5, 33),
        .. Of("softmax", Softmax, 1, 1000),
        .. Of("softmax", Softmax, 5, 33),
        .. Of("top-k, k = 5", TopK, 1, 1000),
        .. Of("top-k, k = 5", TopK, 5, 33),
    ];

    private static IEnumerable<Check> Of(string kernel, Func<TestDevice, int, int, StoragePrecision, KernelVariant, Outcome> run, int rows, int length) =>
        KernelCases.Of(kernel, $"{rows}×{length}", (device, precision, variant) => run(device, rows, length, precision, variant));

    private static Outcome Connect(TestDevice device, int batch, Linear op, StoragePrecision precision, KernelVariant variant)
    {
        float[] features = StoredValues.Uniform(1, batch * op.InFeatures, precision), weight = StoredValues.Uniform(2, op.OutFeatures * op.InFeatures, precision);
        float[] bias = StoredValues.Uniform(3, op.OutFeatures), expected = new float[batch * op.OutFeatures];
        ReferenceLinear.Run(features, op, weight, bias, expected);
        DeviceMemory source = device.Upload(features, precision), weights = device.Upload(weight, precision), biases = device.Upload(bias);
        DeviceMemory destination = device.Reserve(expected.Length, precision);
        device.Run(() => device.Kernels.Linear.Run(device.Stream, source, batch, op, weights, biases, precision, destination, precision, variant));
        return Bound.Kernel(precision).Judge(expected, device.Read(destination, precision));
    }

    private static Outcome AddBias(TestDevice device, int rows, int length, StoragePrecision precision, KernelVariant variant)
    {
        float[] values = StoredValues.Uniform(1, rows * length, precision), bias = StoredValues.Uniform(2, length);
        double[] expected = [.. values.Select((v, i) => (double)v + bias[i % length])];
        DeviceMemory source = device.Upload(values, precision), biases = device.Upload(bias), destination = device.Reserve(values.Length, precision);
        device.Run(() => device.Kernels.Bias.Add(device.Stream, source, biases, rows, length, precision, destination, variant));
        return Bound.Kernel(precision).Judge(expected, device.Read(destination, precision));
    }

    private static Outcome Softmax(TestDevice device, int rows, int length, StoragePrecision precision, KernelVariant variant)
    {
        float[] logits = StoredValues.Round([.. StoredValues.Uniform(1, rows * length).Select(v => 8 * v)], precision);
        double[] expected = [.. logits.Chunk(length).SelectMany(Rows.Softmax)];
        DeviceMemory source = device.Upload(logits, precision), destination = device.Reserve(logits.Length, precision);
        device.Run(() => device.Kernels.Softmax.Run(device.Stream, source, rows, length, precision, destination, variant));
        return Bound.Kernel(precision).Judge(expected, device.Read(destination, precision));
    }

    private static Outcome TopK(TestDevice device, int rows, int length, StoragePrecision precision, KernelVariant variant)
    {
        const int Count = 5;
        float[] logits = StoredValues.Uniform(1, rows * length, precision);
        ClassProbability[] best = [.. logits.Chunk(length).SelectMany(row => Classification.Top(row, Count))];
        DeviceMemory source = device.Upload(logits, precision), values = device.Reserve(best.Length), indices = device.Reserve(best.Length);
        device.Run(() => device.Kernels.TopK.Run(device.Stream, source, rows, length, Count, precision, values, indices, variant));
        float[] found = [.. MemoryMarshal.Cast<float, int>(device.Read(indices)).ToArray().Select(i => (float)i)];
        return Outcome.Worst(
            Bound.Exact.Judge(best.Select(c => c.Logit).ToArray(), device.Read(values)),
            Bound.Exact.Judge(best.Select(c => (float)c.Index).ToArray(), found));
    }
}
