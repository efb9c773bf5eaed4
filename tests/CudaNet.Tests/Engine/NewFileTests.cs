using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>A file appears whole under its name, or not at all.</summary>
public sealed class NewFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Exception> AnyException => [new IOException("a"), new InvalidOperationException("b"), new NotSupportedException("c"), new FormatException("d")];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Can_be_read_back_before_it_replaces_what_was_there()
    {
        string path = _folder.Write("a", "before"u8);
        using NewFile file = new(path);
        file.Stream.Write("after"u8);
        Assert.Equal(("before", 5L), (File.ReadAllText(path), file.ReadBack(s => s.Length)));
        file.Commit();
        Assert.Equal("after", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Without_a_commit_nothing_stays()
    {
        string path = _folder.Write("a", "before"u8);
        using (NewFile file = new(path))
        {
            file.Stream.Write("after"u8);
        }

        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [MemberData(nameof(AnyException))]
    public void Nothing_stays_whatever_the_stream_throws(Exception exception)
    {
        string path = _folder.File("a");
        Assert.Throws(exception.GetType(), () => new NewFile(path, _ => throw exception));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        using (NewFile file = new(path, stream => new ThrowingStream(stream, exception)))
        {
            Assert.Throws(exception.GetType(), () => file.Stream.Write("x"u8));
            Assert.Throws(exception.GetType(), file.Commit);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        using NewFile again = new(path);
        again.Commit();
    }

    [Fact]
    public void What_a_killed_process_left_is_replaced_and_a_living_one_is_left_alone()
    {
        string path = _folder.File("a"), left = _folder.Write(".a.unfinished", new byte[100]);
        using (NewFile first = new(path))
        {
            Assert.Equal([left], Directory.GetFileSystemEntries(_folder.Path));
            Assert.Contains("another process is writing it", Assert.ThrowsAny<IOException>(() => new NewFile(path)).Message, StringComparison.Ordinal);
            first.Stream.Write("first"u8);
            first.Commit();
        }

        Assert.Equal("first", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    /// <summary>The lock is one that programs of any language see.</summary>
    [Fact]
    public void The_lock_is_the_systems()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs flock");
        Python.Require("fcntl");
        const string Code = "import fcntl, sys\ntry:\n  fcntl.flock(open(sys.argv[1]), fcntl.LOCK_SH | fcntl.LOCK_NB); print('free')\nexcept BlockingIOError: print('held')";
        using NewFile file = new(_folder.File("a"));
        Assert.Equal("held\n", Python.Evaluate(Code, _folder.File(".a.unfinished")));
        file.ReadBack(s => s.Length);
        Assert.Equal("held\n", Python.Evaluate(Code, _folder.File(".a.unfinished")));
    }

    /// <summary>Somebody removed the file and another took its place: neither is renamed nor deleted.</summary>
    [Fact]
    public void What_took_its_place_is_not_touched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the numbers of files");
        string path = _folder.File("a"), place = _folder.File(".a.unfinished");
        using (NewFile file = new(path))
        {
            File.Delete(place);
            File.WriteAllText(place, "other");
            Assert.Throws<IOException>(file.Commit);
        }

        Assert.Equal("other", File.ReadAllText(place));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Rights_are_kept_and_links_followed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs rights and links");
            return;
        }

        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute;
        string path = _folder.Write("a", "before"u8), link = _folder.File("link"), dangling = _folder.File("dangling");
        File.SetUnixFileMode(path, Mode);
        Directory.CreateDirectory(_folder.File("sub"));
        File.CreateSymbolicLink(link, "sub/../a");
        File.CreateSymbolicLink(dangling, "sub/b");
        Array.ForEach([link, dangling], Make);
        Assert.Equal((Mode, "new", "new"), (File.GetUnixFileMode(path), File.ReadAllText(path), File.ReadAllText(_folder.File("sub/b"))));
        Assert.Equal(("sub/../a", "sub/b"), (new FileInfo(link).LinkTarget, new FileInfo(dangling).LinkTarget));
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*", SearchOption.AllDirectories));
    }

    /// <summary>An output that nobody may read leaves, where its run is killed, a file that its owner may still lock and remove.</summary>
    [Fact]
    public void The_unfinished_file_can_be_read_by_its_owner()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs rights");
            return;
        }

        string path = _folder.Write("a", "before"u8);
        File.SetUnixFileMode(path, UnixFileMode.UserWrite);
        using NewFile file = new(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(".a.unfinished")));
        file.Commit();
        Assert.Equal(UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void What_is_in_the_way_is_told_with_what_to_do()
    {
        string path = _folder.File("a");
        Directory.CreateDirectory(_folder.File(".a.unfinished"));
        CudaNetException blocked = OutputPath.Failure(path, Assert.ThrowsAny<IOException>(() => new NewFile(path)));
        Assert.Equal("Remove '.a.unfinished', or choose another file.", blocked.Hint);
        using NewFile living = new(_folder.File("b"));
        Assert.Equal("Wait until it has ended, or choose another file.", OutputPath.Failure("b", Assert.ThrowsAny<IOException>(() => new NewFile(_folder.File("b")))).Hint);
        CudaNetException nameless = OutputPath.Failure("", Assert.ThrowsAny<IOException>(() => new NewFile("")));
        Assert.Equal(("the output cannot be written: it has no name", "Name a file."), (nameless.Message, nameless.Hint));
        Assert.StartsWith("Nothing was left behind", OutputPath.Failure("c", new IOException("No space left on device")).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_owner_is_kept_where_the_system_allows_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "needs to be root");
        Python.Require("os");
        string path = _folder.Write("a", "before"u8);
        Python.Evaluate("import os, sys; os.chown(sys.argv[1], 1234, 1235)", path);
        Make(path);
        Assert.Equal("1234 1235\n", Python.Evaluate("import os, sys; s = os.stat(sys.argv[1]); print(s.st_uid, s.st_gid)", path));
    }

    [Fact]
    public void What_is_no_regular_file_is_not_replaced()
    {
        Assert.Contains("folder", Assert.ThrowsAny<IOException>(() => new NewFile(_folder.Path)).Message, StringComparison.Ordinal);
        foreach (string kind in (string[])["pipe", "link to a pipe", "socket", "device"])
        {
            using TemporaryFolder folder = new();
            string path = SpecialFiles.Make(folder, kind, "a");
            string word = kind.Split(' ')[^1];
            Assert.Contains($"it is a {word}", Assert.ThrowsAny<IOException>(() => new NewFile(path)).Message, StringComparison.Ordinal);
        }

        File.CreateSymbolicLink(_folder.File("x"), "y");
        File.CreateSymbolicLink(_folder.File("y"), "x");
        Assert.Contains("circle", Assert.ThrowsAny<IOException>(() => new NewFile(_folder.File("x"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(244, "n")]
    [InlineData(255, "n")]
    [InlineData(127, "ü")]
    [InlineData(63, "𝒳")]
    public void Long_names_have_room(int count, string character)
    {
        string path = _folder.File(string.Concat(Enumerable.Repeat(character, count)));
        using (NewFile file = new(path))
        {
            Assert.EndsWith(".unfinished", Assert.Single(Directory.GetFiles(_folder.Path)), StringComparison.Ordinal);
            file.Commit();
        }

        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Contains("255", Assert.ThrowsAny<IOException>(() => new NewFile(_folder.File(new string('n', 256)))).Message, StringComparison.Ordinal);
    }

    private static void Make(string path)
    {
        using NewFile file = new(path);
        file.Stream.Write("new"u8);
        file.Commit();
    }

    private sealed class ThrowingStream(Stream inner, Exception exception) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw exception;

        public override void Flush() => throw exception;

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
            throw exception;
        }
    }
}
