using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Recognises relatives of ResNet whose structure is another, by the names and ranks of their tensors.</summary>
internal static partial class RelativeNames
{
    /// <summary>What makes the tensors another network, each with a tensor that shows it; empty for a ResNet.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyDictionary<string, TensorShape> shapes)
    {
        List<string> found = [];
        Add("a deep stem of several convolutions (ResNet-C, ResNet-D)", n => n.StartsWith("conv1.", StringComparison.Ordinal) && DeepStem().IsMatch(n));
        Add("a stem that is not 7×7 (ResNets for CIFAR)", n => n == "conv1.weight" && shapes[n] is { Rank: 4 } s && (s[2], s[3]) != (7, 7));
        Add("average-pooled shortcuts (ResNet-D)", n => n.EndsWith(".downsample.1.weight", StringComparison.Ordinal) && shapes[n].Rank == 4);
        Add("squeeze-and-excitation or channel attention", n => Attention().IsMatch(n));
        Add("anti-aliased downsampling", n => AntiAliasing().IsMatch(n));
        Add("split attention or multi-scale convolutions (ResNeSt, Res2Net, SKNet)", n => Split().IsMatch(n));
        return found;

        void Add(string what, Func<string, bool> shows)
        {
            if (shapes.Keys.Where(shows).Order(StringComparer.Ordinal).FirstOrDefault() is { } name)
            {
                found.Add($"{what}: {Printable.Quote(name)} {shapes[name]}");
            }
        }
    }

    [GeneratedRegex(@"^conv1\.\d+\.(weight|bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex DeepStem();

    [GeneratedRegex(@"^layer\d+\.\d+\.(se|se_module|eca|attn|fc1|cbam)\.", RegexOptions.CultureInvariant)]
    private static partial Regex Attention();

    [GeneratedRegex(@"(^|\.)(aa|blur|blurpool)(\.|$)|\.filt$", RegexOptions.CultureInvariant)]
    private static partial Regex AntiAliasing();

    [GeneratedRegex(@"^layer\d+\.\d+\.(convs\.\d+|conv2\.(conv|fc1|fc2|bn0|bn1|paths|attn))\b", RegexOptions.CultureInvariant)]
    private static partial Regex Split();
}
