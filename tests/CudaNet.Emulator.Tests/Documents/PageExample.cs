using System.Runtime.CompilerServices;
using CudaNet.Tests.Support;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>A page's example and the source file in this folder that it must be, word for word.</summary>
internal sealed class PageExample(string page, string sourceFile)
{
    /// <summary>The usings, then what stands between the file's marks.</summary>
    /// <param name="first">A line of the page that takes the place of the example's parameters.</param>
    public string Source(params IEnumerable<string> first)
    {
        string[] source = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, sourceFile));
        IEnumerable<string> usings = source.TakeWhile(static l => l.Length > 0);
        IEnumerable<string> body = source.SkipWhile(static l => l.Trim() != "// begin").Skip(1).TakeWhile(static l => l.Trim() != "// end").Select(static l => l.Length > 8 ? l[8..] : l);
        return string.Join('\n', [.. usings, "", .. first, .. body]);
    }

    /// <summary>The page's first block of that language, or one further down.</summary>
    public string Block(string language, int index = 0)
    {
        IEnumerable<string> lines = File.ReadLines(Repository.File(page));
        for (; index >= 0; index--)
        {
            lines = lines.SkipWhile(l => l != $"```{language}").Skip(1);
        }

        return string.Join('\n', lines.TakeWhile(static l => l != "```"));
    }

    /// <summary>What the example writes to the console.</summary>
    public static string Printed(Action example)
    {
        TextWriter console = Console.Out;
        using StringWriter output = new() { NewLine = "\n" };
        try
        {
            Console.SetOut(output);
            example();
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().TrimEnd();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
