using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>
/// Every operator of the catalogue inside a network, at every vector width, every stage observed, against the reference backend; and the same bits at
/// every width, alone and in a batch, observed and not, on one thread and several.
/// </summary>
public sealed class CatalogueTests
{
    private const int Batch = 3;

    public static TheoryData<string, string> Kinds => OperatorCatalogue.On(Backends.OfCpu);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Like_the_reference_on_the_input_and_further_on(string backend, string kind)
    {
        foreach (OperatorCase tested in OperatorCatalogue.Row(kind).Cases)
        {
            foreach (bool readsStored in (bool[])[false, true])
            {
                (LayerGraph graph, TensorShape shape) = CaseNetworks.Within(tested, readsStored, tested.Input.Batch);
                Networks.AssertLikeReference(graph, Formula.Uniform("input", shape), Backends.Create(backend), tested.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Width_threads_batch_and_observers_change_no_bit(string backend, string kind)
    {
        foreach (OperatorCase tested in OperatorCatalogue.Row(kind).Cases)
        {
            (LayerGraph graph, TensorShape shape) = CaseNetworks.Within(tested, readsStored: true, Batch);
            Tensor batch = Formula.Uniform("input", shape);
            Dictionary<string, Tensor> expected = Networks.Run(graph, batch, Backends.Create("cpu-128-1"));
            Dictionary<string, Tensor> actual = Networks.Run(graph, batch, Backends.Create(backend));
            foreach ((string layer, Tensor values) in expected)
            {
                Bits.AssertSame(values.Values, actual[layer].Values, $"{layer} of {tested}");
            }

            using Model model = Networks.Create(graph);
            using Session session = new(model, Backends.Create(backend));
            Bits.AssertSame(expected["output"].Values, session.Predict(batch).Values, $"output of {tested}, not observed");
            for (int image = 0; image < Batch; image++)
            {
                Bits.AssertSame(expected["output"].Image(image).Values, session.Predict(batch.Image(image)).Values, $"output of {tested}, image {image} alone");
            }
        }
    }
}
