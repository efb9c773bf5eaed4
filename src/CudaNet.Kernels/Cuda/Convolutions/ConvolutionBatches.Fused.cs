namespace CudaNet.Kernels.Cuda;

/// <content>The fused call, with as many images a call as the batch is cut into.</content>
internal sealed partial class ConvolutionBatches
{
    /// <summary>How many operations the fused call queues.</summary>
    public int FusedOperations(FusedEpilogue fusion) => Operations + (_padded is not null && fusion.AddsResidual ? PaddedCall.ResidualOperations : 0);

    /// <summary>Queues y = activation(conv(x, w) + residual + bias). Filters in the choice's layout.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="cudnn">Works there.</param>
    /// <param name="fusion">Descriptors.</param>
    /// <param name="x">The input.</param>
    /// <param name="w">The filters.</param>
    /// <param name="bias">(K).</param>
    /// <param name="residual">As y; null where nothing is added.</param>
    /// <param name="workspace">As the sizes say.</param>
    /// <param name="y">The output.</param>
    public void EnqueueFused(
        CudaStream stream, CudnnHandle cudnn, FusionDescriptors fusion, DeviceSlice x, DeviceAddress w, DeviceAddress bias, DeviceSlice? residual, DeviceAddress workspace, DeviceSlice y)
    {
        for (int first = 0; first < Cut.Batch; first += Cut.Images)
        {
            Call call = Begin(stream, first, x, y);
            DeviceAddress added = call.Y;
            if (residual is { } all)
            {
                DeviceSlice own = OutputOf(all, first, call.Images);
                added = call.Padded?.EnterResidual(stream, own) ?? own.Address;
            }

            cudnn.ConvolutionBiasActivation(
                call.Part.Descriptors.Convolution, _choice.Algorithm, call.X, w, call.Part.Workspace(workspace), call.Part.WorkspaceBytes,
                residual is null ? 0 : 1, added, fusion.Bias, bias, fusion.Activation, call.Y);
            call.Padded?.Leave(stream, call.Results);
        }
    }
}
