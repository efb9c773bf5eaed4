namespace CudaNet.Weights;

/// <summary>
/// Reads PyTorch's zip archives: one folder with <c>data.pkl</c>, its storages under <c>data/KEY</c>, <c>byteorder</c> where it was written
/// since 2.0; TorchScript adds <c>constants.pkl</c>, which is left alone, and <c>code/</c> (<see cref="ScriptNetwork"/>).
/// </summary>
internal static class TorchZipReader
{
    private const string PickleName = "data.pkl";

    /// <summary>Operations that any pickle may have, however small its archive.</summary>
    private const int FreeOperations = 65_536;

    /// <summary>The names of <c>data.pkl</c> at the root of an archive, or in a folder there.</summary>
    public static string[] Pickles(FormatSource source) =>
        [.. (source.Zip?.Names ?? []).Where(n => n == PickleName || (n.EndsWith("/" + PickleName, StringComparison.Ordinal) && n.IndexOf('/', StringComparison.Ordinal) == n.Length - PickleName.Length - 1))];

    /// <summary>True for a zip archive with one pickle.</summary>
    public static bool IsCheckpoint(FormatSource source) => Pickles(source).Length == 1;

    /// <summary>True where TorchScript's code lies beside the pickle.</summary>
    public static bool HasCode(FormatSource source)
    {
        string folder = Folder(Pickles(source)[0]);
        return source.Zip!.Names.Any(n => n.StartsWith(folder + "code/", StringComparison.Ordinal)) || source.Zip.Names.Contains(folder + "constants.pkl");
    }

    /// <param name="source">An archive of which <see cref="IsCheckpoint"/> is true.</param>
    /// <param name="format">How its objects are to be taken.</param>
    /// <exception cref="WeightFormatException">The archive is damaged.</exception>
    public static RawWeights Read(FormatSource source, WeightFormat format)
    {
        (object? root, TorchStorages storages, ByteRegion pickle) = Load(source);
        RawWeights weights = StateDictReader.Read(format, root, storages, pickle, source.StateDict);
        return format == WeightFormat.TorchScript && root is PicklePlaceholder module
            ? weights with { Evidence = new ScriptNetwork(new ScriptArchive(source.Zip!, Folder(Pickles(source)[0])), module) }
            : weights;
    }

    /// <summary>What the pickle made, where its tensors' bytes are, and the pickle itself.</summary>
    /// <param name="source">An archive of which <see cref="IsCheckpoint"/> is true.</param>
    /// <exception cref="WeightFormatException">The archive is damaged.</exception>
    public static (object? Root, TorchStorages Storages, ByteRegion Pickle) Load(FormatSource source)
    {
        ZipArchiveBytes archive = source.Zip!;
        string name = Pickles(source)[0];
        string folder = Folder(name);
        ByteRegion pickle = archive.Find(name)!.Value;
        PickleStream stream = new(pickle);
        // A stored pickle has at most an operation a byte of the file; one that inflates to many more is no checkpoint.
        object? root = PickleMachine.Run(ref stream, maxOperations: (int)Math.Min(PickleMachine.MaxOperations, source.Bytes.Length + FreeOperations));
        return (root, new TorchStorages(key => archive.Find($"{folder}data/{key}"), IsBigEndian(archive, folder), pickle), pickle);
    }

    private static string Folder(string pickle) => pickle[..^PickleName.Length];

    private static bool IsBigEndian(ZipArchiveBytes archive, string folder)
    {
        if (archive.Find(folder + "byteorder") is not { } order)
        {
            return false;
        }

        ReadOnlySpan<byte> text = order.First(16);
        return text.SequenceEqual("big"u8) || (text.SequenceEqual("little"u8) ? false : throw order.Error(0, "the byte order is neither 'little' nor 'big'"));
    }
}
