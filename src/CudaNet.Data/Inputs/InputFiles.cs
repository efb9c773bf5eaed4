using System.IO.Enumeration;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>The files that a list of paths stands for.</summary>
/// <param name="Files">In the order given; within a folder, the ordinal order of relative paths.</param>
/// <param name="IgnoredCount">Files in folders that were passed over: hidden, or without an image's extension.</param>
public sealed record InputFiles(IReadOnlyList<InputFile> Files, int IgnoredCount)
{
    /// <summary>
    /// A file stands for itself, whatever its extension; a folder for the images in it and below it, by extension. Linked files are taken,
    /// linked folders are not entered, nor hidden ones. Where two names would be the same, all files are named by their paths.
    /// </summary>
    /// <exception cref="CudaNetException">A path does not exist, cannot be read, or is a folder without images.</exception>
    public static InputFiles Expand(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<InputFile> files = [];
        int ignored = 0;
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                ignored += AddFolder(path, files);
            }
            else if (File.Exists(path))
            {
                files.Add(new InputFile(path, path));
            }
            else
            {
                throw new CudaNetException("there is no such file or folder") { File = path };
            }
        }

        bool distinct = files.DistinctBy(f => f.Name, StringComparer.Ordinal).Count() == files.Count;
        return new InputFiles(distinct ? files : [.. files.Select(f => f with { Name = f.Path })], ignored);
    }

    private static int AddFolder(string folder, List<InputFile> files)
    {
        List<string> all;
        try
        {
            all = [.. Walk(folder)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CudaNetException($"the folder cannot be read: {exception.Message}", exception) { File = folder };
        }

        List<string> images = [.. all.Where(IsImage).Order(StringComparer.Ordinal)];
        if (images.Count == 0)
        {
            throw new CudaNetException($"the folder has no images ({all.Count} other files)")
            {
                File = folder,
                Hint = $"Supported are {ImageFormats.Supported}, by extension.",
            };
        }

        files.AddRange(images.Select(relative => new InputFile(relative, Path.Combine(folder, relative))));
        return all.Count - images.Count;
    }

    /// <summary>Relative paths, with / on every system.</summary>
    private static FileSystemEnumerable<string> Walk(string folder)
    {
        string root = Path.GetFullPath(folder);
        EnumerationOptions options = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        return new FileSystemEnumerable<string>(root, RelativePath, options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = static (ref FileSystemEntry entry) =>
                (entry.Attributes & FileAttributes.ReparsePoint) == 0 && !entry.FileName.StartsWith('.'),
        };

        string RelativePath(ref FileSystemEntry entry) =>
            Path.GetRelativePath(root, entry.ToFullPath()).Replace(Path.DirectorySeparatorChar, '/');
    }

    private static bool IsImage(string relative)
    {
        ReadOnlySpan<char> name = Path.GetFileName(relative.AsSpan());
        return !name.StartsWith('.') && ImageFormats.HasExtension(name);
    }
}
