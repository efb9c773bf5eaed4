using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace CudaNet.MlNet;

/// <summary>The files that ML.NET runs, on ONNX Runtime, one image at a time: the network takes no other batch. Images are decoded as ML.NET does.</summary>
internal sealed class OnnxRuntimeFeatures : IDisposable
{
    /// <summary>Rows and columns of an image.</summary>
    public const int Side = 224;

    private static readonly string Models = Path.Combine(AppContext.BaseDirectory, "DnnImageModels");

    private readonly string[] _files;
    private readonly RunOptions _options = new();
    private readonly InferenceSession _preprocessing;
    private readonly InferenceSession _network = new(Path.Combine(Models, "ResNet18Onnx", "ResNet18.onnx"));
    private readonly IDisposableReadOnlyCollection<OrtValue>[] _preprocessed;

    /// <param name="files">Images of 224×224.</param>
    /// <param name="preprocessingThreads">Of the preprocessing alone; 0 for as many as it takes by default. More than one wait in a loop for a while after each run, beside the network's.</param>
    public OnnxRuntimeFeatures(string[] files, int preprocessingThreads = 0)
    {
        _files = files;
        using SessionOptions options = new() { IntraOpNumThreads = preprocessingThreads };
        _preprocessing = new InferenceSession(Path.Combine(Models, "ResNetPrepOnnx", "ResNetPreprocess.onnx"), options);
        _preprocessed = [.. files.Select(Preprocess)];
    }

    /// <summary>The features of every image, from its file.</summary>
    public float[][] Run()
    {
        return [.. _files.Select(Features)];

        float[] Features(string file)
        {
            using IDisposableReadOnlyCollection<OrtValue> input = Preprocess(file);
            return Predict(input[0]);
        }
    }

    /// <summary>The same from preprocessed images in memory: the network alone.</summary>
    public float[][] RunNetwork() => [.. _preprocessed.Select(p => Predict(p[0]))];

    public void Dispose()
    {
        Array.ForEach(_preprocessed, p => p.Dispose());
        _network.Dispose();
        _preprocessing.Dispose();
        _options.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Preprocess(string file)
    {
        using OrtValue image = OrtValue.CreateTensorValueFromMemory(Decode(file), [1, 3, Side, Side]);
        return _preprocessing.Run(_options, _preprocessing.InputNames, [image], _preprocessing.OutputNames);
    }

    private float[] Predict(OrtValue input)
    {
        using IDisposableReadOnlyCollection<OrtValue> output = _network.Run(_options, _network.InputNames, [input], _network.OutputNames);
        return output[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>3×224×224: red, green, blue from 0 to 255, as ExtractPixels gives them.</summary>
    private static float[] Decode(string file)
    {
        const int Plane = Side * Side;
        using MLImage image = MLImage.CreateFromFile(file);
        ReadOnlySpan<byte> pixels = image.Pixels;
        (int red, int blue) = image.PixelFormat == MLPixelFormat.Bgra32 ? (2, 0) : (0, 2);
        float[] values = new float[3 * Plane];
        for (int i = 0; i < Plane; i++)
        {
            values[i] = pixels[(4 * i) + red];
            values[Plane + i] = pixels[(4 * i) + 1];
            values[(2 * Plane) + i] = pixels[(4 * i) + blue];
        }

        return values;
    }
}
