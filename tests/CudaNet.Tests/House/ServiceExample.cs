using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Weights;

namespace CudaNet.Tests.House;

// begin

/// <summary>Answers many requests at once from one set of weights: make one, share it, dispose of it at the end.</summary>
internal sealed class LeafService : IDisposable
{
    private readonly Preprocessor _preprocessor;
    private readonly IReadOnlyList<string> _labels;
    private readonly Session _session;

    public LeafService(string modelFile)
    {
        int cores = Environment.ProcessorCount;
        using Model model = ModelFile.Open(modelFile); // wrong or damaged: one CudaNetException that says what and where
        _preprocessor = new Preprocessor(model.Metadata.Preprocessing!);
        _labels = model.Metadata.Labels;
        _session = new Session(model, new CpuBackend(), new InferenceOptions
        {
            MaxConcurrentRuns = cores, // further requests wait, first come first served, without a thread
            MaxExecutables = 4 * cores, // sets of layers that stay ready
        });
        _session.Prepare(_preprocessor.ImageShape, ["global_pool"], copies: cores); // the usual request finds everything ready
    }

    /// <summary>Tells what is on an uploaded image, and returns the layers that this request asked for.</summary>
    /// <exception cref="CudaNetException">The request is at fault: no image that can be decoded, or no layer of that name. Its hint says what to do.</exception>
    /// <exception cref="OperationCanceledException">The client has gone: at once while the request waits, at the next layer while it runs.</exception>
    public async Task<(string Label, IReadOnlyDictionary<string, Tensor> Layers)> AskAsync(Stream upload, string[] layers, CancellationToken clientGone)
    {
        using MemoryStream received = new();
        await upload.CopyToAsync(received, clientGone);
        Tensor image = _preprocessor.Load(received.ToArray(), "upload");
        LayerOutputs outputs = await _session.ExtractAsync(image, layers, clientGone);
        int best = Classification.Top(outputs.Output.Values, 1)[0].Index;
        return (_labels[best], layers.ToDictionary(l => l, l => outputs[l]));
    }

    /// <summary>Waits for requests that compute; those that wait for a place end with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _session.Dispose();
}

// end
