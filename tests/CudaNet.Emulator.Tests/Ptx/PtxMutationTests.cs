using System.Text.RegularExpressions;
using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

/// <summary>Texts with tokens dropped, doubled, exchanged: the parser answers with a tree or a refusal, nothing else.</summary>
public sealed partial class PtxMutationTests
{
    public static TheoryData<string> Files => [.. PtxText.Files()];

    [GeneratedRegex(@"//[^\n]*|\s+|[.%$\w]+|.", RegexOptions.Singleline)]
    private static partial Regex Token();

    [Theory]
    [MemberData(nameof(Files))]
    public void Mutated_text_parses_or_is_refused(string file)
    {
        string[] tokens = [.. Token().Matches(PtxText.Read(file)).Select(match => match.Value)];
        Random random = new(17);
        int refused = 0;
        for (int round = 0; round < 150; round++)
        {
            List<string> mutated = [.. tokens];
            for (int edit = random.Next(1, 4); edit > 0; edit--)
            {
                Edit(mutated, random);
            }

            refused += IsRefused(string.Concat(mutated)) ? 1 : 0;
        }

        Assert.InRange(refused, 1, 150);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Text_that_ends_inside_a_body_is_refused(string file)
    {
        string text = PtxText.Read(file);
        int body = text.IndexOf('{', text.IndexOf(".entry", StringComparison.Ordinal));
        int end = text.IndexOf("ret;", body, StringComparison.Ordinal);

        for (int length = body; length < end; length += 37)
        {
            Assert.Throws<PtxParseException>(() => PtxModule.Parse(text[..length], file));
        }
    }

    private static void Edit(List<string> tokens, Random random)
    {
        int at = random.Next(tokens.Count);
        switch (random.Next(4))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens.Insert(at, tokens[random.Next(tokens.Count)]);
                break;
            case 2:
                tokens[at] = tokens[random.Next(tokens.Count)];
                break;
            default:
                int other = random.Next(tokens.Count);
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
        }
    }

    private static bool IsRefused(string text)
    {
        try
        {
            _ = PtxModule.Parse(text, "mutated");
            return false;
        }
        catch (PtxParseException refusal)
        {
            Assert.All(refusal.Errors, error => Assert.True(error.Line >= 1 && error.Column >= 1 && error.Message.Length > 0));
            return true;
        }
    }
}
