using CudaNet.Engine;
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
}
