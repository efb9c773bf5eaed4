using System.Reflection;
using System.Text.RegularExpressions;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>The page of the emulator's rules names tests that exist, and at least one for each rule.</summary>
public sealed partial class RulePageTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.File("docs/emulator-rules.md"));

    [Fact]
    public void Each_test_that_the_page_names_exists()
    {
        string[] named = [.. Lines.SelectMany(line => Named().Matches(line)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(IsTest(name), name));
    }

    [Fact]
    public void Each_rule_is_held_by_a_test()
    {
        string[] rules = [.. Lines.TakeWhile(line => line != "## Choices").Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line != "| rule | held by |")];
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Matches(Named(), rule));
    }

    private static bool IsTest(string name)
    {
        int dot = name.LastIndexOf('.');
        Type? type = typeof(RulePageTests).Assembly.GetType($"CudaNet.Emulator.Tests.{name[..dot]}");
        return type?.GetMethod(name[(dot + 1)..], BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)?.GetCustomAttribute<FactAttribute>() is not null;
    }

    [GeneratedRegex(@"`([A-Z]\w+(?:\.\w+){2,3})`")]
    private static partial Regex Named();
}
