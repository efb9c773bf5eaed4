using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Reads PyTorch's zip archives: one folder with <c>data.pkl</c>, its storages under <c>data/KEY</c>, <c>byteorder</c> where it was written
/// since 2.0; TorchScript adds <c>constants.pkl</c> and <c>code/</c>, which are left alone.
/// </summary>
internal static class TorchZipReader
{
    private const string PickleName = "data.pkl";

    /// <summary>Operations that any pickle may have, however small its archive.</summary>
    private const int FreeOperations = 65_536;

    /// <exception cref="WeightFormatException">The archive is damaged, or no checkpoint.</exception>
    public static RawWeights Read(FileBytes file, string? stateDict)
    {
        ZipArchiveBytes archive = new(file, new ReadBudget(file));
        string[] pickles = [.. archive.Names.Where(n => n == PickleName || (n.EndsWith("/" + PickleName, StringComparison.Ordinal) && n.IndexOf('/', StringComparison.Ordinal) == n.Length - PickleName.Length - 1))];
        if (pickles is not [string name])
        {
            throw NoCheckpoint(file, archive, pickles.Length);
        }

        string folder = name[..^PickleName.Length];
        bool script = archive.Names.Any(n => n.StartsWith(folder + "code/", StringComparison.Ordinal)) || archive.Names.Contains(folder + "constants.pkl");
        ByteRegion pickle = archive.Find(name)!.Value;
        PickleStream stream = new(pickle);
        // A stored pickle has at most an operation a byte of the file; one that inflates to many more is no checkpoint.
        object? root = PickleMachine.Run(ref stream, maxOperations: (int)Math.Min(PickleMachine.MaxOperations, file.Length + FreeOperations));
        TorchStorages storages = new(key => archive.Find($"{folder}data/{key}"), IsBigEndian(archive, folder), pickle);
        return StateDictReader.Read(script ? WeightFormat.TorchScript : WeightFormat.TorchZip, root, storages, pickle, stateDict);
    }

    private static bool IsBigEndian(ZipArchiveBytes archive, string folder)
    {
        if (archive.Find(folder + "byteorder") is not { } order)
        {
            return false;
        }

        ReadOnlySpan<byte> text = order.First(16);
        return text.SequenceEqual("big"u8) || (text.SequenceEqual("little"u8) ? false : throw order.Error(0, "the byte order is neither 'little' nor 'big'"));
    }

    private static WeightFormatException NoCheckpoint(FileBytes file, ZipArchiveBytes archive, int pickles)
    {
        bool numpy = archive.Names.Count > 0 && archive.Names.All(n => n.EndsWith(".npy", StringComparison.Ordinal));
        string what = pickles > 1 ? $"has {pickles} data.pkl" : numpy ? "is NumPy's (.npz), not a checkpoint" : $"has no data.pkl, but {Printable.List(archive.Names)}";
        return file.All.Error(0, $"the zip archive {what}", "Save the weights with torch.save(model.state_dict(), path) or as safetensors.");
    }
}
