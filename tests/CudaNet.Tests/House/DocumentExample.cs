using System.Runtime.CompilerServices;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.House;

/// <summary>Code in a document is code that is compiled here.</summary>
internal static class DocumentExample
{
    /// <summary>A document's first C# block, or the first behind a heading, is what stands between <c>// begin</c> and <c>// end</c> of an example, after its usings.</summary>
    /// <param name="document">In the repository.</param>
    /// <param name="example">A file beside the caller's.</param>
    /// <param name="heading">The heading's line.</param>
    /// <param name="caller">The caller's file.</param>
    public static void AssertSame(string document, string example, string? heading = null, [CallerFilePath] string caller = "")
    {
        string[] source = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(caller)!, example));
        IEnumerable<string> usings = source.TakeWhile(l => l.Length > 0);
        int indent = source.Single(l => l.Trim() == "// begin").IndexOf('/', StringComparison.Ordinal);
        IEnumerable<string> body = source
            .SkipWhile(l => l.Trim() != "// begin").Skip(1).SkipWhile(l => l.Length == 0)
            .TakeWhile(l => l.Trim() != "// end").Select(l => l.Length > indent ? l[indent..] : l);
        string block = string.Join('\n', File.ReadAllLines(Repository.File(document)).SkipWhile(l => heading is not null && l != heading).SkipWhile(l => l != "```csharp").Skip(1).TakeWhile(l => l != "```"));
        Assert.Equal(string.Join('\n', [.. usings, "", .. body]).TrimEnd(), block);
    }
}
