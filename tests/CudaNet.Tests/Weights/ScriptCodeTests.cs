using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Code of archives that is written in other ways, computes something else, or is made to do harm.</summary>
public sealed class ScriptCodeTests
{
    private const string Stem = "x0 = (self.maxpool).forward((self.relu).forward((self.bn1).forward((self.conv1).forward(x, ), ), ), )";
    private const string Stages = "x1 = (self.layer4).forward((self.layer3).forward((self.layer2).forward((self.layer1).forward(x0, ), ), ), )";
    private const string Head = "return (self.fc).forward(torch.flatten((self.avgpool).forward(x1, ), 1), )";

    /// <summary>The same network in other words.</summary>
    [Theory]
    [InlineData(Stem, Stages, Head)]
    [InlineData(Stem, Stages, "x2 = torch.mean(x1, [2, 3])", "return (self.fc).forward(x2, )")]
    [InlineData(Stem, Stages, "x2 = torch.mean(x1, [-1, -2], True)", "return (self.fc).forward(torch.view(x2, [int(torch.size(x2, 0)), -1]), )")]
    [InlineData(Stem, Stages, "x2 = torch.squeeze(torch.squeeze(torch.adaptive_avg_pool2d(x1, [1, 1]), -1), -1)", "return (self.fc).forward(x2, )")]
    [InlineData(Stem, Stages, "x2 = torch.mean(x1, [2, 3])", "fc = self.fc", "return torch.addmm(fc.bias, x2, torch.t(fc.weight))")]
    [InlineData(Stem, Stages, "x2 = torch.mean(x1, [2, 3])", "fc = self.fc", "return torch.add(torch.matmul(x2, torch.t(fc.weight)), fc.bias, alpha=1)")]
    [InlineData("y = (self.bn1).forward((self.conv1).forward(x, ), )", "x0 = (self.maxpool).forward(torch.clamp_min_(y, 0), )", Stages, Head)]
    [InlineData("if torch.ne(torch.dim(x), 4):", "  ops.prim.RaiseException(\"no\")", "else:", "  pass", Stem, Stages, Head)]
    [InlineData("if torch.lt(torch.size(x, 2), 32):", "  ops.prim.RaiseException(\"no\")", "else:", "  pass", Stem, Stages, Head)]
    [InlineData("if self.training:", "  x = torch.rand(x)", "else:", "  pass", Stem, Stages, Head)]
    [InlineData("a, b, = (x, [1, (2, -3.5e-1)])", "d : List[int] = annotate(List[int], [1])", "# a word", Stem, Stages, "z = torch.dropout(x1, 0.5, False) if True else x0", Head)]
    public void The_same_network_in_other_words_is_the_same(params string[] lines)
    {
        using Model model = ModelFile.Read(ScriptArchives.WithForward(lines), "file");
        Assert.Empty(model.Metadata.ResNet!.Variations);
        Variations.Check(model, "plain", "reference");
    }

    [Theory]
    [InlineData("supported is the result of fc alone", Stem, Stages, "return ((self.fc).forward(torch.mean(x1, [2, 3]), ), x0)")]
    [InlineData("returns the result of neg, supported is that of fc", Stem, Stages, "return torch.neg((self.fc).forward(torch.mean(x1, [2, 3]), ))")]
    [InlineData("returns the result of neg", Stem, Stages, "return -(self.fc).forward(torch.mean(x1, [2, 3]), )")]
    [InlineData("the result of div with (255)", "x = torch.div(x, 255)", Stem, Stages, Head)]
    [InlineData("the result of sub", "x -= 1", Stem, Stages, Head)]
    [InlineData("layer 'layer2.0.conv1': the code gives it the result of max_pool2d", Stem, "y = (self.layer1).forward(x0, )", "x1 = (self.layer4).forward((self.layer3).forward((self.layer2).forward(x0, ), ), )", Head)]
    [InlineData("the code uses its weights twice", Stem, "y = (self.layer1).forward(x, )", Stages, Head)]
    [InlineData("dropout with (0.5, True)", Stem, Stages, "return (self.fc).forward(torch.dropout(torch.mean(x1, [2, 3]), 0.5, True), )")]
    [InlineData("an in-place 'relu' of a tensor that shares its memory", Stem, Stages, "v = torch.flatten(x1, 1)", "w = torch.relu_(x1)", Head)]
    [InlineData("the code does not use its weights in a linear", Stem, Stages, "return torch.mean(x1, [2, 3])")]
    [InlineData("does not take the mean over all rows and columns, but applies adaptive_avg_pool2d with ((2, 2))", Stem, Stages, "return (self.fc).forward(torch.flatten(torch.adaptive_avg_pool2d(x1, [2, 2]), 1), )")]
    [InlineData("an 'if' on a value that is not known", "if torch.lt(torch.size(x, 2), 32):", "  x = torch.neg(x)", "else:", "  pass", Stem, Stages, Head)]
    [InlineData("an 'if' on a value that is not known", "if torch.eq(torch.size(x, 2), 64):", "  return torch.neg(x)", "  ops.prim.RaiseException(\"a\")", "else:", "  pass", Stem, Stages, Head)]
    [InlineData("but applies mean with ((2), True)", Stem, Stages, "return (self.fc).forward(torch.flatten(torch.mean(x1, [2], True), 1), )")]
    [InlineData("the code applies max_pool2d with (1) in its place", "y = (self.relu).forward((self.bn1).forward((self.conv1).forward(x, ), ), )", "x0 = torch.max_pool2d(1, y)", Stages, Head)]
    [InlineData("a 'for'", "for i in range(3):", "  x = torch.relu(x)", Stem, Stages, Head)]
    [InlineData("a 'while'", "while True:", "  pass", Stem, Stages, Head)]
    [InlineData("a dictionary", "d = {\"a\": (x, 1)}", Stem, Stages, Head)]
    [InlineData("a slice", "d = [1, 2][0:1]", Stem, Stages, Head)]
    [InlineData("an assignment to something that is no variable", "self.training = True", Stem, Stages, Head)]
    [InlineData("a way that ends in an error", "ops.prim.RaiseException(\"no\")")]
    [InlineData("nested more than 250 deep", "return (self).forward(x, )")]
    [InlineData("steps, which no network of these weights takes", "y = (self)._a(x, )", Head)]
    [InlineData("'_nowhere', which is no method", "return (self)._nowhere(x, )")]
    [InlineData("the attribute 'nothing'", "return self.nothing")]
    [InlineData("'__torch__.no.where.f', whose code is not in the archive", "return __torch__.no.where.f(x, )")]
    [InlineData("a call of something that is no function", "return (x)(1)")]
    [InlineData("cannot be followed: it has", "return (x")]
    [InlineData("'?' where a value should be", "return ?")]
    [InlineData("a string without an end", "return \"x")]
    public void Other_networks_and_what_is_not_understood_are_refused(string reason, params string[] lines)
    {
        string twice = string.Concat(Enumerable.Range(0, 25).Select(i => $"  def _{(char)('a' + i)}(self,\n    x: Tensor) -> Tensor:\n    y = (self)._{(char)('b' + i)}(x, )\n    return (self)._{(char)('b' + i)}(x, )\n"));
        byte[] bytes = ScriptArchives.Edit(ScriptArchives.ResNetFile, code =>
            code.Replace("  def forward(self: __torch__.torchvision.models.resnet.ResNet,", twice + "  def _z(self,\n    x: Tensor) -> Tensor:\n    return x\n  def forward(self: __torch__.torchvision.models.resnet.ResNet,", StringComparison.Ordinal)
                .Replace("    return (self)._forward_impl(x, )\n", string.Concat(lines.Select(l => $"    {l}\n")), StringComparison.Ordinal));
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Equal("file", exception.File);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Expressions_and_blocks_are_nested_within_limits()
    {
        Refused(ScriptArchives.WithForward("return " + new string('(', 100_000)), "an expression nested more than 60 deep");
        Refused(ScriptArchives.WithForward("return " + string.Concat(Enumerable.Repeat("- not ", 1000)) + "x"), "two words 'not' in a row");
        Refused(ScriptArchives.WithForward("return x" + string.Concat(Enumerable.Repeat(".a", 1000))), "a chain of more than 60");
        Refused(ScriptArchives.WithForward([.. Enumerable.Range(0, 100).Select(i => new string(' ', i) + "if True:"), new string(' ', 100) + "pass"]), "blocks nested more than 16 deep");
        Refused(ScriptArchives.WithForward(["if True:", "  pass", .. Enumerable.Repeat("elif True:\n      pass", 100)]), "more than 16");
        Refused(ScriptArchives.WithForward("return x # " + new string('x', 5 << 20)), "more than 4194304 bytes of code");
    }

    [Fact]
    public void Code_that_is_missing_is_named() =>
        Refused(ScriptArchives.Edit("code/__torch__/torch/nn/modules/conv.py", _ => null), "'__torch__.torch.nn.modules.conv.Conv2d', whose code is not in the archive");

    /// <summary>The weights are listed whatever the code is: only the network needs it.</summary>
    [Fact]
    public void Weights_are_listed_without_looking_at_code()
    {
        using WeightFile file = WeightFile.Read(ScriptArchives.WithForward("return ?"), "file");
        Assert.Contains(file.Tensors, t => t.Name == "conv1.weight");
    }

    private static void Refused(byte[] bytes, string reason)
    {
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Lists in lists would be followed as deep as the file is long; one that holds another twice doubles with every line.</summary>
    [Theory]
    [InlineData("a = [a]", 20_000)]
    [InlineData("a = [a, a]", 60)]
    public void Lists_in_lists_are_bounded(string line, int count)
    {
        byte[] archive = ScriptArchives.WithForward(["a = [1]", .. Enumerable.Repeat(line, count), "y = torch.foo(x, a)", Stem, Stages, Head]);
        Assert.Contains("arguments of more than 1024 values", Assert.Throws<CudaNetException>(() => ModelFile.Read(archive, "file")).Message, StringComparison.Ordinal);
    }
}
