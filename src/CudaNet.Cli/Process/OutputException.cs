namespace CudaNet.Cli;

/// <summary>Standard output takes nothing more.</summary>
/// <param name="message">Why, in the system's words.</param>
/// <param name="isUnread">True where its reader went away, as <c>head</c> does: no fault, and nothing to say.</param>
internal sealed class OutputException(string message, bool isUnread = false) : Exception(message)
{
    public bool IsUnread => isUnread;
}
