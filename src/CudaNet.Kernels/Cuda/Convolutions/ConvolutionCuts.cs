using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Into calls of how many images a convolution's batch is cut: one, unless the workspace of so many would pass the limit or its bits are not those of single
/// images. What was tried once is remembered. Under <see cref="CudaRuntime.Loading"/>.
/// </summary>
internal sealed class ConvolutionCuts(CudaOptions options, ChoiceCache cache)
{
    /// <param name="runtime">Where it is tried.</param>
    /// <param name="choice">For this layer and image size.</param>
    /// <param name="op">The layer, with as many input channels as its input has.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="node">For the message.</param>
    /// <param name="fusion">What fused calls are told; null for plain ones.</param>
    /// <exception cref="CudaNetException">Not even one image fits the limit, or not as many as a call is to have.</exception>
    public ConvolutionBatches Of(CudaRuntime runtime, ConvolutionChoice choice, Conv2d op, TensorShape input, LayerNode node, FusionDescriptors? fusion = null)
    {
        if (options.BatchBits.Images is { } chunk)
        {
            return OfChunks(runtime, choice, op, input, new BatchCut(input.Batch, chunk, Pads: true), node);
        }

        ChoiceCache.Section? section = options.BatchBits.IsChecked && input.Batch > 1 ? cache.Convolutions(runtime) : null;
        string key = $"{LayerKey.Of(op, input, fusion?.Fusion)}, {choice}";
        int? known = section?.Chunk(key, input.Batch);
        for (BatchCut cut = new(input.Batch, known ?? input.Batch); ; cut = cut.Halved())
        {
            ConvolutionBatches made = new(runtime, choice, op, input, options.Precision, cut);
            try
            {
                if (made.Sizes.WorkspaceBytes <= options.WorkspaceLimitBytes && (section is null || cut.Images == 1 || cut.Images == known || AreEqual(runtime, made, choice, op, input, fusion)))
                {
                    section?.KeepChunk(key, input.Batch, cut.Images);
                    return made;
                }

                if (cut.Images == 1)
                {
                    throw new CudaNetException(
                        $"layer '{node}': cuDNN takes back that {choice.AlgorithmText} convolves {input.WithBatch(1)} within {options.WorkspaceLimitBytes:n0} bytes of workspace")
                    {
                        Layer = node.Name,
                    };
                }
            }
            catch
            {
                made.Dispose();
                throw;
            }

            made.Dispose();
        }
    }

    private ConvolutionBatches OfChunks(CudaRuntime runtime, ConvolutionChoice choice, Conv2d op, TensorShape input, BatchCut cut, LayerNode node)
    {
        ConvolutionBatches made;
        try
        {
            made = new ConvolutionBatches(runtime, choice, op, input, options.Precision, cut);
        }
        catch (CudaException exception) when (exception is not DeviceFaultedException)
        {
            throw new CudaNetException($"layer '{node}': cuDNN takes no calls of {cut.Images} images: {exception.Message}", exception) { Layer = node.Name, Hint = "Choose smaller chunks." };
        }

        if (made.Sizes.WorkspaceBytes <= options.WorkspaceLimitBytes)
        {
            return made;
        }

        made.Dispose();
        string needs = made.Sizes.WorkspaceBytes == long.MaxValue ? "does not run" : $"needs {made.Sizes.WorkspaceBytes:n0} bytes of workspace for";
        throw new CudaNetException($"layer '{node}': {choice.AlgorithmText} {needs} {input.WithBatch(cut.Images)}, as {options.BatchBits} ask for, and may have {options.WorkspaceLimitBytes:n0}")
        {
            Layer = node.Name,
            Hint = $"Choose smaller chunks, or a larger {nameof(CudaOptions.WorkspaceLimitBytes)}.",
        };
    }

    private bool AreEqual(CudaRuntime runtime, ConvolutionBatches batch, ConvolutionChoice choice, Conv2d op, TensorShape input, FusionDescriptors? fusion)
    {
        using ConvolutionBatches single = new(runtime, choice, op, input.WithBatch(1), options.Precision, BatchCut.Whole(1));
        ProbeSizes sizes = batch.Sizes with { WorkspaceBytes = Math.Max(batch.Sizes.WorkspaceBytes, single.Sizes.WorkspaceBytes) };

        // What is added behind the sums would hide their last bits: it is zeros.
        long biasBytes = op.OutChannels * (long)options.Precision.Storage().Bytes(), residualBytes = fusion is { Fusion.AddsResidual: true } ? batch.Cut.Batch * sizes.OutputBytes : 0;
        using DeviceMemory? bias = fusion is null ? null : new DeviceMemory(runtime.Context, biasBytes), residual = residualBytes == 0 ? null : new DeviceMemory(runtime.Context, residualBytes);
        if (bias is not null)
        {
            runtime.Stream.Fill((byte)0, bias);
        }

        if (residual is not null)
        {
            runtime.Stream.Fill((byte)0, residual);
        }

        return BatchProbe.AreEqual(runtime, options.Precision.Storage(), batch.Cut, sizes, b => Enqueue(batch, b), b => Enqueue(single, b));

        void Enqueue(ConvolutionBatches calls, ProbeBuffers buffers)
        {
            if (fusion is null)
            {
                calls.Enqueue(runtime.Stream, runtime.Cudnn, buffers.X, buffers.W, buffers.Workspace, buffers.Y);
            }
            else
            {
                calls.EnqueueFused(runtime.Stream, runtime.Cudnn, fusion, buffers.X, buffers.W, bias!.Address, residual?.Slice(0, residualBytes), buffers.Workspace, buffers.Y);
            }
        }
    }
}
