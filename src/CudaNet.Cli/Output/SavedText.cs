using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Text that goes to a file, which is only ever complete.</summary>
internal static class SavedText
{
    /// <exception cref="CudaNetException">The file cannot be written.</exception>
    public static void Save(string file, Action<TextWriter> write)
    {
        try
        {
            using NewFile made = new(file);
            using (StreamWriter writer = new(made.Stream, leaveOpen: true) { NewLine = "\n" })
            {
                write(writer);
            }

            made.Commit();
        }
        catch (IOException exception)
        {
            throw OutputPath.Failure(file, exception);
        }
    }
}
