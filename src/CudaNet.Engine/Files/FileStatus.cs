using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CudaNet.Engine;

/// <summary>
/// What Linux knows of a file and the framework does not tell: which one it is, of what kind, and whose. The engine's only native calls are here:
/// <c>statx</c>, whose record is laid out alike on every processor, and <c>fchown</c>.
/// </summary>
/// <param name="Kind">What the name leads to.</param>
/// <param name="Device">The file system's number.</param>
/// <param name="Inode">The file's number in it.</param>
/// <param name="Owner">The owner's number.</param>
/// <param name="Group">The group's number.</param>
internal readonly record struct FileStatus(FileKind Kind, ulong Device, ulong Inode, uint Owner, uint Group)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicFields = 0x7FF;
    private const int RecordBytes = 256;

    /// <summary>The status of what a path leads to; null where there is nothing, or the system is another. <c>..</c> is removed from the text first, as the framework does.</summary>
    public static FileStatus? Of(string path, bool followLink = true) =>
        OperatingSystem.IsLinux() && path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) ? Read(record => NativeStatus(CurrentFolder, Encoding.UTF8.GetBytes(Path.GetFullPath(path) + '\0'), followLink ? 0 : NoFollow, BasicFields, record)) : null;

    /// <summary>The status of an open file; null on another system.</summary>
    public static FileStatus? Of(SafeFileHandle file) =>
        OperatingSystem.IsLinux() ? Read(record => NativeStatus(file, [0], EmptyPath, BasicFields, record)) : null;

    /// <summary>True where both are one file, whatever their names.</summary>
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;

    /// <summary>Gives an open file this one's owner and group, as far as the system allows that.</summary>
    public void GiveOwner(SafeFileHandle file)
    {
        const uint Unchanged = uint.MaxValue;
        if (Of(file) is { } now && (now.Owner, now.Group) != (Owner, Group) && NativeChangeOwner(file, Owner, Group) != 0)
        {
            // Only root may give files away, but an owner may choose among its groups.
            _ = NativeChangeOwner(file, Unchanged, Group);
        }
    }

    private static FileStatus? Read(Func<byte[], int> call)
    {
        byte[] record = new byte[RecordBytes];
        try
        {
            return call(record) == 0 ? Parse(record) : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary><c>struct statx</c>: owner and group at 20, mode at 28, inode at 32, the device's two halves at 136.</summary>
    private static FileStatus Parse(ReadOnlySpan<byte> record)
    {
        FileKind kind = (MemoryMarshal.Read<ushort>(record[28..]) >> 12) switch
        {
            1 => FileKind.Pipe,
            4 => FileKind.Folder,
            8 => FileKind.Regular,
            10 => FileKind.Link,
            12 => FileKind.Socket,
            _ => FileKind.Device,
        };
        return new FileStatus(
            kind,
            MemoryMarshal.Read<ulong>(record[136..]),
            MemoryMarshal.Read<ulong>(record[32..]),
            MemoryMarshal.Read<uint>(record[20..]),
            MemoryMarshal.Read<uint>(record[24..]));
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int NativeStatus(int folder, byte[] path, int flags, uint fields, [Out] byte[] record);

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int NativeStatus(SafeFileHandle file, byte[] path, int flags, uint fields, [Out] byte[] record);

    [DllImport("libc", EntryPoint = "fchown")]
    private static extern int NativeChangeOwner(SafeFileHandle file, uint owner, uint group);
}
