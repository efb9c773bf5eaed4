using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>The kernels with planted faults: <c>NAME.ptx</c> is correct, <c>NAME.mutant.ptx</c> is not.</summary>
internal static class PlantedFiles
{
    public static string Folder { get; } = Repository.File("tests/CudaNet.Emulator.Tests/data/planted");

    public static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>Where the line with this remark is, as messages name it: <c>shared.cu:9 (</c>, or <c>PTX line 33 (</c> in PTX that was written by hand.</summary>
    public static string LineOf(string file, string remark)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, file));
        int index = Array.FindIndex(lines, line => line.EndsWith($"// {remark}", StringComparison.Ordinal));
        Assert.True(index >= 0, $"{file} has no line with the remark '{remark}'");
        return file.EndsWith(".ptx", StringComparison.Ordinal) ? $"PTX line {index + 1} (" : $"{file}:{index + 1} (";
    }
}
