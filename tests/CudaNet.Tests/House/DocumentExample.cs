using System.Runtime.CompilerServices;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.House;

/// <summary>Code in a document is code that is compiled here.</summary>
internal static class DocumentExample
{
    /// <summary>A document's first C# block is what stands between <c>// begin</c> and <c>// end</c> of an example, after its usings.</summary>
    public static void AssertSame(string document, string example)
    {
        string[] source = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, example));
        IEnumerable<string> usings = source.TakeWhile(l => l.Length > 0);
        int indent = source.Single(l => l.Trim() == "// begin").IndexOf('/', StringComparison.Ordinal);
        IEnumerable<string> body = source
            .SkipWhile(l => l.Trim() != "// begin").Skip(1).SkipWhile(l => l.Length == 0)
            .TakeWhile(l => l.Trim() != "// end").Select(l => l.Length > indent ? l[indent..] : l);
        string block = string.Join('\n', File.ReadAllLines(Repository.File(document)).SkipWhile(l => l != "```csharp").Skip(1).TakeWhile(l => l != "```"));
        Assert.Equal(string.Join('\n', [.. usings, "", .. body]).TrimEnd(), block);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
