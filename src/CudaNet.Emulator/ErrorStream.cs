namespace CudaNet.Emulator;

/// <summary>What the emulator says on the error stream. One that is closed, full or not for writing is no reason to end the program that called.</summary>
internal static class ErrorStream
{
    /// <summary>Writes a line under the emulator's name, if that can be done.</summary>
    /// <param name="sentence">One line.</param>
    /// <param name="stream">Null: the process's error stream.</param>
    public static void Say(string sentence, TextWriter? stream = null)
    {
        try
        {
            (stream ?? Console.Error).WriteLine($"CudaNet.Emulator: {sentence}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is nobody to tell.
        }
    }
}
