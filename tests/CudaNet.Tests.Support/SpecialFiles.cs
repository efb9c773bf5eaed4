using System.Diagnostics;
using System.Net.Sockets;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>What a path may lead to that is no file; skips the calling test where the system has none of it.</summary>
public static class SpecialFiles
{
    /// <summary>The kinds that <see cref="Make"/> knows, each with a word of the message that refuses it.</summary>
    public static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>
    {
        ["pipe"] = "is a pipe",
        ["link to a pipe"] = "is a pipe",
        ["socket"] = "is a socket",
        ["device"] = "is a device",
        ["broken link"] = "where there is no file",
    };

    /// <summary>A path of that kind, in the folder where it is made.</summary>
    public static string Make(TemporaryFolder folder, string kind, string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs pipes and devices with paths");
        string path = folder.File(name);
        switch (kind)
        {
            case "pipe":
                MakePipe(path);
                break;
            case "link to a pipe":
                MakePipe(folder.File("pipe"));
                File.CreateSymbolicLink(path, folder.File("pipe"));
                break;
            case "socket":
                using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                {
                    socket.Bind(new UnixDomainSocketEndPoint(folder.File("s")));
                    File.Move(folder.File("s"), path);
                }

                break;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            default:
                File.CreateSymbolicLink(path, folder.File("nothing"));
                break;
        }

        return path;
    }

    private static void MakePipe(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
