using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What lies beside a network is not passed over where it may be part of the computation, nor a network that cannot be run for one that can.</summary>
public sealed class NetworkChoiceTests
{
    private const int Features = 32, Classes = 5;

    [Theory]
    [InlineData("predictor.weight", 2, Classes)]
    [InlineData("mlp.0.weight", Features, Features)]
    [InlineData("f1.weight", Features, Features)]
    [InlineData("memory_gate.weight", Features, Features)]
    [InlineData("target_norm.weight", Features)]
    [InlineData("center", 1, Features)]
    [InlineData("neck.layer1.0.weight", Features, Features)]
    public void What_may_stand_beside_a_head_is_refused(string name, params int[] shape)
    {
        foreach (string prefix in (string[])["", "net."])
        {
            NamedShape[] tensors = [.. Tiny(n => n.StartsWith("fc", StringComparison.Ordinal) ? n : prefix + n), Named(name, shape)];
            Assert.Contains($"{name} (", Assert.Throws<ParameterMismatchException>(() => Find(tensors)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("projector.0.weight", 64, 128)]
    [InlineData("criterion.weight", Classes)]
    [InlineData("val_acc.correct", Features)]
    [InlineData("queue", Features, 64)]
    public void What_cannot_stand_there_is_left_out(string name, params int[] shape) =>
        Assert.Equal([name], Find([.. Tiny(n => n), Named(name, shape)]).LeftOut.Select(l => l.Name));

    [Theory]
    [InlineData("fc.weight", "backbone.")]
    [InlineData("classification_head.weight", "net.")]
    [InlineData("module.fc.weight", "module.a.b.")]
    public void A_head_may_lie_outside_of_the_network_under_a_name_of_any_length(string name, string prefix)
    {
        string head = name[..^".weight".Length];
        byte[] bytes = SafetensorsBytes.Zeros(ResNet.Build(TestModels.TinyConfig).Parameters.Select(p =>
            KeyValuePair.Create(p.Name.StartsWith("fc.", StringComparison.Ordinal) ? head + p.Name[2..] : prefix + p.Name, p.Shape)));
        using WeightFile file = WeightFile.Read(bytes, "file");
        Assert.Equal(62, file.Tensors.Count);
        Assert.Contains(prefix, file.Prefixes);
    }

    [Theory]
    [InlineData("model.", "criterion.net.")]
    [InlineData("model.", "other.")]
    public void A_network_that_cannot_be_run_is_not_passed_over(string broken, string whole)
    {
        NamedShape[] tensors = [.. Tiny(n => broken + n), Named(broken + "layer1.0.se.fc1.weight", 4, 8, 1, 1), .. Tiny(n => whole + n)];
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Find(tensors));
        Assert.Contains($"the network under '{broken}' cannot be run", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"--prefix {whole}", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_network_of_a_loss_is_not_taken_for_the_model() =>
        Assert.Contains("a loss's", Assert.Throws<CudaNetException>(() => Find(Tiny(n => "criterion.net." + n))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("fc.lora_A.weight", "adapted", 2, Features)]
    [InlineData("fc.base_layer.weight", "adapted", Classes, Features)]
    [InlineData("gem.p", "generalised-mean", 1)]
    [InlineData("decoder.aspp.0.weight", "may be dilated", 4, Features, 1, 1)]
    public void What_changes_the_network_is_named(string name, string what, params int[] shape) =>
        Assert.Contains(what, Assert.Throws<CudaNetException>(() => Find([.. Tiny(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : "encoder." + n), Named(name, shape)])).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_left_out_is_said_in_one_sentence() =>
        Assert.Single(Find([.. Tiny(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : "encoder." + n), .. Enumerable.Range(0, 100).Select(i => Named($"z{i}.weight", 3, 3))]).Notes);

    private static FoundNetwork Find(IReadOnlyList<NamedShape> names) => NetworkFinder.Find(names, "file");

    private static NamedShape[] Tiny(Func<string, string?> rename) =>
        [.. ResNet.Build(TestModels.TinyConfig).Parameters.Where(p => rename(p.Name) is not null).Select(p => new NamedShape(StoredName.Of(rename(p.Name)!), p.Shape))];

    private static NamedShape Named(string name, params int[] shape) => new(StoredName.Of(name), new TensorShape(shape));
}
