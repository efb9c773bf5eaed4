using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Neither the rest of a batch nor its size changes a bit of an image's results.</summary>
public sealed class BatchTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_rest_of_a_batch_changes_no_bit(string name)
    {
        using Model model = TestModels.Create("resnet18");
        using Session session = new(model, Backends.Create(name));
        Tensor batch = Formula.Input(7, 3, 45, 38);
        Tensor swapped = new(batch.Shape, Enumerable.Range(0, 7).Reverse().SelectMany(i => batch.Image(i).Values.ToArray()).ToArray());
        string[] layers = ["layer1.0.conv1", "layer2.0.downsample.0", "layer3.1.bn2", "layer4", "global_pool", "fc"];
        Dictionary<string, float[]> Outputs(Tensor input)
        {
            Dictionary<string, float[]> outputs = [];
            ObserverHandle[] handles = [.. layers.Select(l => session.Observe(l, (in Observation o) => outputs[l] = o.Values.ToArray()))];
            session.Predict(input);
            Array.ForEach(handles, h => h.Dispose());
            return outputs;
        }

        Dictionary<string, float[]> whole = Outputs(batch), reversed = Outputs(swapped);
        for (int i = 0; i < 7; i++)
        {
            Dictionary<string, float[]> alone = Outputs(batch.Image(i));
            foreach (string layer in layers)
            {
                int length = alone[layer].Length;
                Bits.AssertSame(alone[layer], whole[layer].AsSpan(i * length, length), $"{layer}, image {i} of 7");
                Bits.AssertSame(alone[layer], reversed[layer].AsSpan((6 - i) * length, length), $"{layer}, image {i} of 7 in another place");
            }
        }
    }
}
