using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>Forward convolutions. Whether a configuration runs is only known by asking: not supported is a normal answer.</content>
internal sealed unsafe partial class CudnnHandle
{
    /// <summary>cuDNN's ranking without a measurement, best first; those that cannot run are among them. None where types or layouts are not supported.</summary>
    public ConvolutionAlgorithm[] RankAlgorithms(in Convolution convolution)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), x = convolution.X.Handle.Use(), w = convolution.W.Handle.Use(), attributes = convolution.Attributes.Handle.Use(), y = convolution.Y.Handle.Use();
        cudnnConvolutionFwdAlgoPerf_t[] ranked = new cudnnConvolutionFwdAlgoPerf_t[MaxAlgorithms(handle.Value)];
        int count;
        fixed (cudnnConvolutionFwdAlgoPerf_t* first = ranked)
        {
            cudnnStatus_t result = _cudnn.cudnnGetConvolutionForwardAlgorithm_v7(handle.Value, x.Value, w.Value, attributes.Value, y.Value, ranked.Length, &count, first);
            if (CudnnStatus.IsNotSupported(result))
            {
                return [];
            }

            Context.Check(result, nameof(CudnnApi.cudnnGetConvolutionForwardAlgorithm_v7), $"{convolution}");
        }

        return Array.ConvertAll(ranked[..count], static r => ConvolutionAlgorithm.From(r));
    }

    /// <summary>
    /// Measures every algorithm that fits the workspace, fastest first. Waits for the device, allocates, and overwrites <paramref name="y"/>: not in a capture.
    /// </summary>
    public ConvolutionAlgorithm[] MeasureAlgorithms(in Convolution convolution, DeviceAddress x, DeviceAddress w, DeviceAddress y, DeviceSlice workspace)
    {
        StreamCapture.ThrowIfActive();
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = convolution.X.Handle.Use(), wDesc = convolution.W.Handle.Use(), attributes = convolution.Attributes.Handle.Use(), yDesc = convolution.Y.Handle.Use();
        cudnnConvolutionFwdAlgoPerf_t[] ranked = new cudnnConvolutionFwdAlgoPerf_t[MaxAlgorithms(handle.Value)];
        int count;
        fixed (cudnnConvolutionFwdAlgoPerf_t* first = ranked)
        {
            cudnnStatus_t result = _cudnn.cudnnFindConvolutionForwardAlgorithmEx(
                handle.Value, xDesc.Value, (void*)x.Value, wDesc.Value, (void*)w.Value, attributes.Value, yDesc.Value, (void*)y.Value, ranked.Length, &count, first,
                (void*)workspace.Address.Value, (nuint)workspace.Bytes);
            Context.Check(result, nameof(CudnnApi.cudnnFindConvolutionForwardAlgorithmEx), $"{convolution}");
        }

        return Array.ConvertAll(ranked[..count], static r => ConvolutionAlgorithm.From(r));
    }

    /// <summary>What an algorithm needs, with the math type that is set in the descriptor; null where it does not run this convolution.</summary>
    public ulong? WorkspaceBytes(in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), x = convolution.X.Handle.Use(), w = convolution.W.Handle.Use(), attributes = convolution.Attributes.Handle.Use(), y = convolution.Y.Handle.Use();
        nuint bytes;
        cudnnStatus_t result = _cudnn.cudnnGetConvolutionForwardWorkspaceSize(handle.Value, x.Value, w.Value, attributes.Value, y.Value, algorithm, &bytes);
        if (CudnnStatus.IsNotSupported(result) || CudnnStatus.IsBadParameter(result))
        {
            return null;
        }

        Context.Check(result, nameof(CudnnApi.cudnnGetConvolutionForwardWorkspaceSize), $"{convolution}, {algorithm}");
        return bytes;
    }

    /// <summary>y = alpha · conv(x, w) + beta · y. With beta 0, y is not read.</summary>
    public void ConvolutionForward(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, float alpha, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes, float beta, DeviceAddress y)
    {
        cudnnStatus_t result = Forward(convolution, algorithm, alpha, x, w, workspace, workspaceBytes, beta, y);
        Context.Check(result, nameof(CudnnApi.cudnnConvolutionForward), $"{convolution}, {algorithm}, {workspaceBytes} bytes of workspace");
    }

    /// <summary>y = conv(x, w).</summary>
    /// <returns>False where this algorithm does not run it, whatever was said before; nothing was queued then.</returns>
    public bool TryConvolutionForward(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes, DeviceAddress y)
    {
        cudnnStatus_t result = Forward(convolution, algorithm, 1, x, w, workspace, workspaceBytes, 0, y);
        if (CudnnStatus.IsNotSupported(result) || CudnnStatus.IsBadParameter(result))
        {
            return false;
        }

        Context.Check(result, nameof(CudnnApi.cudnnConvolutionForward), $"{convolution}, {algorithm}, {workspaceBytes} bytes of workspace");
        return true;
    }

    /// <summary>
    /// y = activation(conv(x, w) + zScale · z + bias). z has y's descriptor; without a residual it is y itself with scale 0, as a pointer must be given.
    /// </summary>
    public void ConvolutionBiasActivation(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes,
        float zScale, DeviceAddress z, TensorDescriptor biasDescriptor, DeviceAddress bias, ActivationDescriptor activation, DeviceAddress y)
    {
        cudnnStatus_t result = ForwardFused(convolution, algorithm, x, w, workspace, workspaceBytes, zScale, z, biasDescriptor, bias, activation, y);
        Context.Check(result, nameof(CudnnApi.cudnnConvolutionBiasActivationForward), $"{convolution}, {algorithm}, {activation}, bias {biasDescriptor}, {workspaceBytes} bytes of workspace");
    }

    /// <summary>The same, for who does not know whether it runs.</summary>
    /// <returns>False where cuDNN does not run this in one call; nothing was queued then.</returns>
    public bool TryConvolutionBiasActivation(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes,
        float zScale, DeviceAddress z, TensorDescriptor biasDescriptor, DeviceAddress bias, ActivationDescriptor activation, DeviceAddress y)
    {
        cudnnStatus_t result = ForwardFused(convolution, algorithm, x, w, workspace, workspaceBytes, zScale, z, biasDescriptor, bias, activation, y);
        if (CudnnStatus.IsNotSupported(result))
        {
            return false;
        }

        Context.Check(result, nameof(CudnnApi.cudnnConvolutionBiasActivationForward), $"{convolution}, {algorithm}, {activation}, bias {biasDescriptor}, {workspaceBytes} bytes of workspace");
        return true;
    }

    private cudnnStatus_t ForwardFused(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes,
        float zScale, DeviceAddress z, TensorDescriptor biasDescriptor, DeviceAddress bias, ActivationDescriptor activation, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = convolution.X.Handle.Use(), wDesc = convolution.W.Handle.Use(), attributes = convolution.Attributes.Handle.Use(), yDesc = convolution.Y.Handle.Use();
        using HandleUse biasDesc = biasDescriptor.Handle.Use(), activationDesc = activation.Handle.Use();
        float one = 1;
        return _cudnn.cudnnConvolutionBiasActivationForward(
            handle.Value, &one, xDesc.Value, (void*)x.Value, wDesc.Value, (void*)w.Value, attributes.Value, algorithm, (void*)workspace.Value, (nuint)workspaceBytes,
            &zScale, yDesc.Value, (void*)z.Value, biasDesc.Value, (void*)bias.Value, activationDesc.Value, yDesc.Value, (void*)y.Value);
    }

    private cudnnStatus_t Forward(
        in Convolution convolution, cudnnConvolutionFwdAlgo_t algorithm, float alpha, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, long workspaceBytes, float beta, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = convolution.X.Handle.Use(), wDesc = convolution.W.Handle.Use(), attributes = convolution.Attributes.Handle.Use(), yDesc = convolution.Y.Handle.Use();
        return _cudnn.cudnnConvolutionForward(
            handle.Value, &alpha, xDesc.Value, (void*)x.Value, wDesc.Value, (void*)w.Value, attributes.Value, algorithm, (void*)workspace.Value, (nuint)workspaceBytes,
            &beta, yDesc.Value, (void*)y.Value);
    }

    private int MaxAlgorithms(nint handle)
    {
        int count;
        Context.Check(_cudnn.cudnnGetConvolutionForwardAlgorithmMaxCount(handle, &count), nameof(CudnnApi.cudnnGetConvolutionForwardAlgorithmMaxCount));
        return count;
    }
}
