namespace CudaNet.Kernels.Cuda;

/// <content>The fused call, with as many images a call as the plain one.</content>
internal sealed partial class ConvolutionBatches
{
    /// <summary>Queues y = activation(conv(x, w) + residual + bias). Filters in the choice's layout.</summary>
    /// <param name="cudnn">Where.</param>
    /// <param name="fusion">Descriptors.</param>
    /// <param name="x">The input.</param>
    /// <param name="w">The filters.</param>
    /// <param name="bias">(K).</param>
    /// <param name="residual">As y; not read where the fusion adds none.</param>
    /// <param name="workspace">Of <see cref="WorkspaceBytes"/>.</param>
    /// <param name="y">The output.</param>
    public void EnqueueFused(
        CudnnHandle cudnn, FusionDescriptors fusion, DeviceAddress x, DeviceAddress w, DeviceAddress bias, DeviceAddress residual, DeviceAddress workspace, DeviceAddress y)
    {
        for (int left = _batch; left > 0; left -= Images)
        {
            Part part = left >= Images ? _whole : _rest!;
            bool adds = fusion.Fusion.AddsResidual;
            cudnn.ConvolutionBiasActivation(
                part.Descriptors.Convolution, _choice.Algorithm, x, w, part.WorkspaceBytes == 0 ? default : workspace, part.WorkspaceBytes,
                adds ? 1 : 0, adds ? residual : y, fusion.Bias, bias, fusion.Activation, y);
            (x, y, residual) = (x + _inputBytes, y + _outputBytes, residual + _outputBytes);
        }
    }
}
