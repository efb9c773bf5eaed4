using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>The file of a <see cref="ChoiceCache"/>. What cannot be read or written is told in a sentence, never thrown.</summary>
internal static class CacheFile
{
    private const int MostBytes = 16 << 20;
    private const int Attempts = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The sections of the file; none where there is no file, or none that can be used, with the reason.</summary>
    public static List<CacheSection> Read(string path, out string? whyNot)
    {
        whyNot = null;
        if (path.Length > 0 && !Path.Exists(path))
        {
            return [];
        }

        try
        {
            byte[] bytes = RegularFile.Read(path, ReadAll);
            CacheDocument? document = JsonSerializer.Deserialize(bytes, CacheJson.Default.CacheDocument);
            whyNot = document is null ? "it is damaged" : document.WhyNot();
            return whyNot is null ? document!.Sections : [];
        }
        catch (JsonException)
        {
            whyNot = "it is damaged";
        }
        catch (CudaNetException exception)
        {
            whyNot = exception.Message;
        }

        return [];
    }

    /// <summary>Puts sections into the file, beside what others wrote there; where it cannot be used, it is replaced. Null, or why it was not written.</summary>
    public static string? Write(string path, IEnumerable<CacheSection> sections)
    {
        try
        {
            using NewFile file = Open(path);

            // Nobody else writes it now.
            List<CacheSection> all = Read(path, out _);
            foreach (CacheSection section in sections)
            {
                CacheSection? there = all.Find(s => s.Key == section.Key);
                if (there is null)
                {
                    all.Add(section);
                }
                else
                {
                    there.Take(section);
                }
            }

            JsonSerializer.Serialize(file.Stream, new CacheDocument(CacheDocument.CurrentSchema, all), CacheJson.Default.CacheDocument);
            file.Commit();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return exception.Message;
        }
    }

    private static byte[] ReadAll(FileStream file)
    {
        if (file.Length > MostBytes)
        {
            throw new CudaNetException($"it has {file.Length:n0} bytes, and {MostBytes:n0} are read");
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Another process may be writing it, which takes a moment.</summary>
    private static NewFile Open(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new NewFile(path);
            }
            catch (OutputObstacleException) when (attempt < Attempts && OutputPath.Of(path) is var place && File.Exists(place.Temporary))
            {
                Uninterrupted.Sleep(Pause);
            }
        }
    }
}
