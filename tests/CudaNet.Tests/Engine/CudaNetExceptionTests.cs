using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

public sealed class CudaNetExceptionTests
{
    [Fact]
    public void The_hint_stands_between_the_message_and_the_stack()
    {
        CudaNetException thrown = Assert.Throws<CudaNetException>(Throw);
        string[] lines = thrown.ToString().Split(Environment.NewLine);
        Assert.Equal("CudaNet.Engine.CudaNetException: a.bin: at byte 7: is cut off", lines[0]);
        Assert.Equal("Hint: Fetch it again.", lines[1]);
        Assert.StartsWith("   at ", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(thrown.StackTrace!, thrown.ToString(), StringComparison.Ordinal);

        static void Throw() => throw new CudaNetException("is cut off") { File = "a.bin", Offset = 7, Hint = "Fetch it again." };
    }

    [Fact]
    public void Causes_show_theirs()
    {
        CudaNetException first = new("no shape") { Hint = "Give one." };
        CudaNetException second = new("no layer", new InvalidOperationException("between", first)) { Hint = "Add one." };
        string expected = """
            CudaNet.Engine.CudaNetException: no layer
            Hint: Add one.
             ---> System.InvalidOperationException: between
             ---> CudaNet.Engine.CudaNetException: no shape
            Hint: Give one.
            """;
        Assert.StartsWith(expected.ReplaceLineEndings(), second.ToString(), StringComparison.Ordinal);
        Assert.Contains("Hint: Give one.", new AggregateException(first).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_hint_and_without_a_message_it_is_as_the_framework_writes_it()
    {
        Assert.Equal("CudaNet.Engine.CudaNetException: a.bin: is cut off", new CudaNetException("is cut off") { File = "a.bin" }.ToString());
        Assert.Equal($"CudaNet.Engine.CudaNetException{Environment.NewLine}Hint: Fetch it again.", new CudaNetException("") { Hint = "Fetch it again." }.ToString());
    }

    /// <summary>Whoever throws: names come from files, layers and arrays may have any, and programs log messages.</summary>
    [Fact]
    public void No_message_or_hint_has_what_steers_a_terminal_and_the_properties_have_names_as_they_are()
    {
        const string Evil = "ev\u001b[31mil\nline\u202e\u2066";
        LayerGraph graph = ResNet.Build(TestModels.TinyConfig);
        GraphBuilder builder = new(3);
        builder.Add(Evil, new ReLU(), builder.Input);
        builder.Add(Evil, new ReLU(), builder.Input);
        LayerGraph named = Named(Evil);
        using TemporaryFolder folder = new();
        using FeatureWriter writer = new(folder.File("a.npz"), ["image"], [new FeatureArray("ev\u202eil", new TensorShape(1, 5))]);
        CudaNetException[] exceptions =
        [
            new(Evil) { File = Evil, Layer = Evil, Hint = Evil },
            new(Evil) { File = Evil, Layer = Evil, Hint = Evil, Offset = 3 },
            new ShapeException(Evil) { Layer = Evil },
            new ParameterMismatchException([new ParameterMisfit(Evil, null, new TensorShape(1))]),
            Assert.Throws<LayerNotFoundException>(() => graph.Find(Evil)),
            Assert.Throws<LayerNotFoundException>(() => named.Find(Evil + "x")),
            Assert.Throws<CudaNetException>(() => builder.Build()),
            Assert.Throws<CudaNetException>(() => writer.Append(Evil, [])),
            Assert.Throws<CudaNetException>(() => writer.Append("ev\u202eil", new float[3])),
            Assert.Throws<CudaNetException>(writer.Complete),
            Assert.Throws<CudaNetException>(() => new FeatureWriter(folder.File("b.npz"), [], [new FeatureArray(Evil + "/", new TensorShape(1, 5))])),
        ];
        Assert.All(exceptions, e => Assert.All([e.Message, e.Hint ?? ""], text => Assert.True(Printable.IsPlain(text), Printable.Escape(text))));
        Assert.Equal((Evil, Evil), (exceptions[0].File, exceptions[0].Layer));
        Assert.Contains("Did you mean 'ev�[31mil�line��'", exceptions[5].Hint, StringComparison.Ordinal);

        static LayerGraph Named(string name)
        {
            GraphBuilder one = new(3);
            one.Add(name, new ReLU(), one.Input);
            return one.Build();
        }
    }
}
