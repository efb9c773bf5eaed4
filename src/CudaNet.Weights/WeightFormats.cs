namespace CudaNet.Weights;

/// <summary>The kinds of weight files and folders that are known: those that are read, and those that are refused by name.</summary>
public static class WeightFormats
{
    /// <summary>All of them, in the order in which a file is held against them.</summary>
    public static IReadOnlyList<WeightFormatInfo> All { get; } =
        [.. FileFormats.All.Select(f => f switch
        {
            ReadFormat read => new WeightFormatInfo(read.Name, read.How, true, read.Format),
            RefusedFormat refused => new WeightFormatInfo(refused.Name, refused.Remedy, false, null),
            _ => throw new InvalidOperationException($"{f.Name} is neither read nor refused"),
        })];
}

/// <summary>One kind of weight file or folder.</summary>
/// <param name="Name">What it is called, in the plural.</param>
/// <param name="Description">How it is read, or what to do instead.</param>
/// <param name="IsRead">Whether it is read.</param>
/// <param name="Format">What <see cref="WeightFile.Format"/> says of such a file; null for a folder, which has its file's, and for what is not read.</param>
public sealed record WeightFormatInfo(string Name, string Description, bool IsRead, WeightFormat? Format);
