using System.Text.RegularExpressions;

namespace CudaNet.Weights;

/// <summary>
/// Which of several sets of weights its community runs: by the words in the keys and prefixes that lead to it. Averaged weights go before raw ones (timm, BasicSR's
/// <c>params_ema</c>, torchvision's references); DINO evaluates the teacher; BYOL the online network; MoCo <c>encoder_q</c>, and MoCo v3 <c>base_encoder</c>.
/// </summary>
internal static partial class Preference
{
    /// <summary>timm's order of wrapper keys, for sets that no word tells apart.</summary>
    private static readonly string[] WrapperKeys = ["state_dict_ema", "model_ema", "state_dict", "model"];

    private static readonly (Regex Words, int Score)[] Table = [(Averaged(), 4), (Teacher(), 2), (Copy(), -2), (Loss(), -6), (Best(), 1), (Last(), -1)];

    /// <summary>What lies under a loss scores no higher.</summary>
    public const int LossScore = -5;

    /// <summary>The higher, the rather it is taken.</summary>
    public static int Score(string path)
    {
        int score = 0;
        foreach (string word in path.Split('.'))
        {
            score += Table.Where(row => row.Words.IsMatch(word)).Sum(row => row.Score);
        }

        return score;
    }

    /// <summary>The place of a wrapper key in timm's order; the last where it is none.</summary>
    public static int Order(string? key) => Array.IndexOf(WrapperKeys, key) is >= 0 and int place ? place : WrapperKeys.Length;

    /// <summary>True for one of timm's wrapper keys.</summary>
    public static bool IsWrapper(object? key) => key is string name && WrapperKeys.Contains(name);

    [GeneratedRegex("(^|_)(ema|swa|averaged|avg|polyak)($|_)|^ema", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Averaged();

    [GeneratedRegex("(^|_)best($|_)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Best();

    [GeneratedRegex("(^|_)(last|latest)($|_)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Last();

    [GeneratedRegex("(^|_)teacher($|_)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Teacher();

    [GeneratedRegex("(^|_)(target|momentum)($|_)|(^|_)(encoder|net|network|backbone|model)_(k|key|m)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Copy();

    [GeneratedRegex("^(criterion|loss|perceptual)|_loss$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Loss();
}
