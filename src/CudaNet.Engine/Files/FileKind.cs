namespace CudaNet.Engine;

/// <summary>What a path leads to; its lower-case name is the word for it.</summary>
internal enum FileKind
{
    /// <summary>A file with bytes and an end.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, with a name or without.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device, of characters or blocks.</summary>
    Device,

    /// <summary>A symbolic link, where it was not followed.</summary>
    Link,
}
