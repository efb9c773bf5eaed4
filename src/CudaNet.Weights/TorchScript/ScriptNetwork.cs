using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>TorchScript's code as evidence of a network. It is read as data, never executed.</summary>
/// <param name="code">The archive's code.</param>
/// <param name="root">The module that was saved.</param>
internal sealed class ScriptNetwork(ScriptArchive code, PicklePlaceholder root) : INetworkEvidence
{
    // A scripted batch norm takes some hundred steps, and is one of a few operators.
    private const int FreeSteps = 65_536;
    private const int StepsPerLayer = 512;
    private const int FreeNodes = 1024;
    private const int NodesPerLayer = 8;

    /// <inheritdoc/>
    public void Check(SupposedNetwork network)
    {
        int layers = network.Graph.Nodes.Count;
        Dataflow flow = new(FreeNodes + (NodesPerLayer * layers));
        DataflowNode image = flow.Add("the image", [], [], 4, "");
        object? result;
        try
        {
            result = new ScriptInterpreter(code, flow, FreeSteps + (StepsPerLayer * layers)).Run(root, new ScriptTensor(image));
        }
        catch (ScriptException exception)
        {
            string where = exception.Where ?? $"{root.Global}";
            string line = exception.Line > 0 ? $", in line {exception.Line} of its file" : "";
            throw new CudaNetException($"the code of {Printable.Quote(where)} cannot be followed: it has {exception.Message}{line}")
            {
                Hint = "What the archive computes is not known. Where it is a usual ResNet, save its weights: torch.save(model.state_dict(), path).",
            };
        }

        new ScriptComparison(network, flow).Run(image, result);
    }
}
