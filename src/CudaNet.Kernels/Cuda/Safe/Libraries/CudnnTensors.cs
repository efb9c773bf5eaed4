using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>Pooling, activation, softmax, addition and transformation of tensors.</content>
internal sealed unsafe partial class CudnnHandle
{
    public void Pool(PoolingDescriptor pooling, TensorDescriptor xDescriptor, DeviceAddress x, TensorDescriptor yDescriptor, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), pool = pooling.Handle.Use(), xDesc = xDescriptor.Handle.Use(), yDesc = yDescriptor.Handle.Use();
        float one = 1, zero = 0;
        cudnnStatus_t result = _cudnn.cudnnPoolingForward(handle.Value, pool.Value, &one, xDesc.Value, (void*)x.Value, &zero, yDesc.Value, (void*)y.Value);
        Context.Check(result, nameof(CudnnApi.cudnnPoolingForward), $"{pooling}, x {xDescriptor}, y {yDescriptor}");
    }

    /// <summary>In place where x and y are the same.</summary>
    public void Activate(ActivationDescriptor activation, TensorDescriptor xDescriptor, DeviceAddress x, TensorDescriptor yDescriptor, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), act = activation.Handle.Use(), xDesc = xDescriptor.Handle.Use(), yDesc = yDescriptor.Handle.Use();
        float one = 1, zero = 0;
        cudnnStatus_t result = _cudnn.cudnnActivationForward(handle.Value, act.Value, &one, xDesc.Value, (void*)x.Value, &zero, yDesc.Value, (void*)y.Value);
        Context.Check(result, nameof(CudnnApi.cudnnActivationForward), $"{activation}, x {xDescriptor}, y {yDescriptor}");
    }

    public void Softmax(cudnnSoftmaxMode_t mode, TensorDescriptor xDescriptor, DeviceAddress x, TensorDescriptor yDescriptor, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = xDescriptor.Handle.Use(), yDesc = yDescriptor.Handle.Use();
        float one = 1, zero = 0;
        cudnnStatus_t result = _cudnn.cudnnSoftmaxForward(
            handle.Value, cudnnSoftmaxAlgorithm_t.CUDNN_SOFTMAX_ACCURATE, mode, &one, xDesc.Value, (void*)x.Value, &zero, yDesc.Value, (void*)y.Value);
        Context.Check(result, nameof(CudnnApi.cudnnSoftmaxForward), $"{mode}, x {xDescriptor}, y {yDescriptor}");
    }

    /// <summary>y = x + y; extents of 1 in x are repeated.</summary>
    public void Add(TensorDescriptor xDescriptor, DeviceAddress x, TensorDescriptor yDescriptor, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = xDescriptor.Handle.Use(), yDesc = yDescriptor.Handle.Use();
        float one = 1;
        cudnnStatus_t result = _cudnn.cudnnAddTensor(handle.Value, &one, xDesc.Value, (void*)x.Value, &one, yDesc.Value, (void*)y.Value);
        Context.Check(result, nameof(CudnnApi.cudnnAddTensor), $"x {xDescriptor}, y {yDescriptor}");
    }

    /// <summary>y = x in another layout or type.</summary>
    public void Transform(TensorDescriptor xDescriptor, DeviceAddress x, TensorDescriptor yDescriptor, DeviceAddress y)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use(), xDesc = xDescriptor.Handle.Use(), yDesc = yDescriptor.Handle.Use();
        float one = 1, zero = 0;
        cudnnStatus_t result = _cudnn.cudnnTransformTensor(handle.Value, &one, xDesc.Value, (void*)x.Value, &zero, yDesc.Value, (void*)y.Value);
        Context.Check(result, nameof(CudnnApi.cudnnTransformTensor), $"x {xDescriptor}, y {yDescriptor}");
    }
}
