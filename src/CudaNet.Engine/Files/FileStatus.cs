using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CudaNet.Engine;

/// <summary>
/// What Linux and Windows know of a file and the framework does not tell: which one it is, of what kind, and, on Linux, whose. The engine's only native calls
/// are here: <c>statx</c>, whose record is laid out alike on every processor, and <c>fchown</c>; <c>CreateFileW</c>, <c>GetFileType</c> and <c>GetFileInformationByHandle</c>.
/// </summary>
/// <param name="Kind">What the name leads to.</param>
/// <param name="Device">The file system's number; 0 where <paramref name="Kind"/> has none on Windows.</param>
/// <param name="Inode">The file's number in it; 0 likewise.</param>
/// <param name="Owner">The owner's number; 0 on Windows.</param>
/// <param name="Group">The group's number; 0 on Windows.</param>
internal readonly record struct FileStatus(FileKind Kind, ulong Device, ulong Inode, uint Owner, uint Group)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicFields = 0x7FF;
    private const int RecordBytes = 256;
    private const uint ShareAll = 7, OpenExisting = 3, FoldersToo = 0x0200_0000, LinkItself = 0x0020_0000;
    private const int WindowsRecordBytes = 52;

    /// <summary>The status of what a path leads to; null where there is nothing, or the system is another. <c>..</c> is removed from the text first, as the framework does.</summary>
    public static FileStatus? Of(string path, bool followLink = true)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            // No access is asked for, so that a file that nobody else may open has a status too.
            using SafeFileHandle file = NativeOpen(AsLongPath(Path.GetFullPath(path)), 0, ShareAll, 0, OpenExisting, FoldersToo | (followLink ? 0 : LinkItself), 0);
            return file.IsInvalid ? null : OfWindows(file, followLink);
        }

        return OperatingSystem.IsLinux() ? Read(record => NativeStatus(CurrentFolder, Encoding.UTF8.GetBytes(Path.GetFullPath(path) + '\0'), followLink ? 0 : NoFollow, BasicFields, record)) : null;
    }

    /// <summary>The status of an open file; null where the system is another, or keeps no number of it.</summary>
    public static FileStatus? Of(SafeFileHandle file) => OperatingSystem.IsWindows() ? OfWindows(file, followLink: true)
        : OperatingSystem.IsLinux() ? Read(record => NativeStatus(file, [0], EmptyPath, BasicFields, record))
        : null;

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

    /// <summary>
    /// <c>BY_HANDLE_FILE_INFORMATION</c>: attributes at 0, the volume's number at 28, the file's two halves at 44. Only what is on a disk has one, and some
    /// servers give no number. A file whose link was followed is none, although its storage may be a reparse point.
    /// </summary>
    private static FileStatus? OfWindows(SafeFileHandle file, bool followLink)
    {
        const uint Disk = 1, Characters = 2, Pipe = 3;
        uint type = NativeType(file);
        if (type is Characters or Pipe)
        {
            return new FileStatus(type == Pipe ? FileKind.Pipe : FileKind.Device, 0, 0, 0, 0);
        }

        byte[] record = new byte[WindowsRecordBytes];
        if (type != Disk || NativeInformation(file, record) == 0)
        {
            return null;
        }

        FileAttributes attributes = (FileAttributes)MemoryMarshal.Read<uint>(record);
        FileKind kind = !followLink && attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link
            : attributes.HasFlag(FileAttributes.Directory) ? FileKind.Folder
            : FileKind.Regular;
        ulong number = ((ulong)MemoryMarshal.Read<uint>(record.AsSpan(44)) << 32) | MemoryMarshal.Read<uint>(record.AsSpan(48));
        return number == 0 ? null : new FileStatus(kind, MemoryMarshal.Read<uint>(record.AsSpan(28)), number, 0, 0);
    }

    /// <summary>A full path in the form without a limit to its length, where it is over the limit; the framework does the same.</summary>
    private static string AsLongPath(string path) =>
        path.Length < 260 || path.StartsWith(@"\\?\", StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC" + path[1..]
        : @"\\?\" + path;

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

    [DllImport("kernel32", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode)]
    private static extern SafeFileHandle NativeOpen(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [DllImport("kernel32", EntryPoint = "GetFileType")]
    private static extern uint NativeType(SafeFileHandle file);

    [DllImport("kernel32", EntryPoint = "GetFileInformationByHandle")]
    private static extern int NativeInformation(SafeFileHandle file, [Out] byte[] record);
}
