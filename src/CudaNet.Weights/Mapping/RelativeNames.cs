using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Recognises relatives of ResNet whose structure is another, by the names and ranks of their tensors, or by their own name.</summary>
internal static partial class RelativeNames
{
    /// <summary>What makes the tensors another network, each with a tensor that shows it; empty for a ResNet.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyDictionary<string, TensorShape> shapes)
    {
        List<string> found = [];
        Add("a deep stem of several convolutions (ResNet-C, ResNet-D)", n => n.StartsWith("conv1.", StringComparison.Ordinal) && DeepStem().IsMatch(n));
        Add("five-dimensional weights (3-D ResNets, for videos and volumes)", n => n == "conv1.weight" && shapes[n].Rank == 5);
        Add("three-dimensional weights (1-D ResNets, for signals)", n => n == "conv1.weight" && shapes[n].Rank == 3);
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

    /// <summary>
    /// True for the names that timm gives to such networks. Some leave no trace in the tensors: timm's anti-aliased ones (<c>resnetaa50</c>,
    /// <c>resnetblur50</c>) keep no filters in their state dict.
    /// </summary>
    public static bool IsRelative(string architecture) => Relative().IsMatch(architecture);

    [GeneratedRegex(@"^conv1\.\d+\.(weight|bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex DeepStem();

    [GeneratedRegex(@"^layer\d+\.\d+\.(se|se_module|eca|attn|fc1|cbam)\.", RegexOptions.CultureInvariant)]
    private static partial Regex Attention();

    [GeneratedRegex(@"(^|\.)(aa|blur|blurpool)(\.|$)|\.filt$", RegexOptions.CultureInvariant)]
    private static partial Regex AntiAliasing();

    [GeneratedRegex(@"^layer\d+\.\d+\.(convs\.\d+|conv2\.(conv|fc1|fc2|bn0|bn1|paths|attn))\b", RegexOptions.CultureInvariant)]
    private static partial Regex Split();

    /// <summary>With attention or normalisation of its own, by prefix; anti-aliased, rescaled or pre-activated; split; with another stem, by suffix.</summary>
    [GeneratedRegex(
        @"^((legacy_)?(se|eca|sk|gc|csp|se_|eca_|bat_|nf_|lambda_|x)res(net|next)|res(net|next)(aa|blur|rs|v2)|res(nest|2net|2next)\d|res(net|next)\d+([cdstq]|ts)(_|$)|resnet\d+(x\d+)?_(clip|gn))",
        RegexOptions.CultureInvariant)]
    private static partial Regex Relative();
}
