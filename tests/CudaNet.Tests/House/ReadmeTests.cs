using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.House;

/// <summary>What the README and the documents say is true. Alone, because it takes the process's console and folder.</summary>
[Collection(nameof(Alone))]
public sealed class ReadmeTests
{
    [Fact]
    public void The_first_block_of_the_readme_is_the_code_that_runs()
    {
        string[] printed = Check("README.md", "ReadmeExample.cs", ReadmeExample.Run);
        Assert.Equal(5, printed.Length);
        Assert.StartsWith("layer1.1.act2 1×64×32×32, first ", printed[0], StringComparison.Ordinal);
        Assert.StartsWith("global_pool 1×512, first ", printed[1], StringComparison.Ordinal);
        Assert.StartsWith("logits 1×15, first ", printed[2], StringComparison.Ordinal);
        Assert.Equal("global_pool 1×512, logits 1×15", printed[3]);
        Assert.Equal("global_pool of a run", printed[4]);
    }

    [Fact]
    public void The_guide_to_models_builds_one() =>
        Assert.Equal(["1×16×32×32"], Check("docs/adding-a-model.md", "ModelExample.cs", ModelExample.Run));

    [Fact]
    public void The_tolerance_table_is_the_one_in_the_documents()
    {
        string document = File.ReadAllText(Repository.File("docs/numerics.md"));
        foreach (Tolerance row in Tolerance.Table)
        {
            Assert.Contains(FormattableString.Invariant($"| {row.Name} | {row.OfLargest:0e+0} | {row.Reason} |").Replace("e-0", "e-", StringComparison.Ordinal), document, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        List<string> broken = [];
        foreach (string file in Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Repository.Root, "*.md")))
        {
            foreach (string part in File.ReadAllText(file).Split("](").Skip(1))
            {
                string target = part.Split(')', '#')[0];
                if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)))
                {
                    broken.Add($"{file}: {target}");
                }
            }
        }

        Assert.Empty(broken);
    }

    /// <summary>Compares a document's first C# block with the source of an example, runs that, and returns the lines it printed.</summary>
    private static string[] Check(string document, string example, Action run)
    {
        DocumentExample.AssertSame(document, example);
        (TextWriter console, string folder) = (Console.Out, Environment.CurrentDirectory);
        using StringWriter output = new();
        try
        {
            Environment.CurrentDirectory = Repository.Root;
            Console.SetOut(output);
            run();
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = folder;
        }

        return output.ToString().TrimEnd().Split('\n');
    }
}
