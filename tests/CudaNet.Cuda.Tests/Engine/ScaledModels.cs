using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Networks whose values lie elsewhere than those of trained ones: planted as checkpoints have them. The model given is disposed of.</summary>
internal static class ScaledModels
{
    /// <summary>
    /// Convolutions with weights times a factor, and the statistics of their batch norm with them: the same network but for epsilon, as one that was trained on
    /// other units.
    /// </summary>
    public static Model Scale(Model model, float factor, params string[] convolutions)
    {
        LayerGraph graph = model.Graph;
        string[] norms = [.. convolutions.Select(c => graph.Layers.First(n => n.Op is BatchNorm2d && n.Inputs[0].Name == c).Name)];
        return Change(model, (name, values) => Array.Exists(convolutions, c => name == $"{c}.weight") || Array.Exists(norms, n => name == $"{n}.running_mean") ? Times(values, factor)
            : Array.Exists(norms, n => name == $"{n}.running_var") ? Times(values, factor * factor)
            : values);
    }

    /// <summary>The same graph with other parameters.</summary>
    public static Model Change(Model model, Func<string, Tensor, Tensor> change)
    {
        using (model)
        {
            return Networks.Create(model.Graph, [.. model.Parameters.Tensors.Select(t => KeyValuePair.Create(t.Key, change(t.Key, t.Value)))]);
        }
    }

    public static Tensor Times(Tensor values, float factor) => new(values.Shape, values.Values.ToArray().Select(v => v * factor).ToArray());
}
