using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Native memory that is worth large pages begins at one, and is what all memory is: zero, and all of it there. Large arrays are managed memory like any other, in large pages where those fit.</summary>
public sealed unsafe class LargePagesTests
{
    [Theory]
    [InlineData(1 << 10)]
    [InlineData(LargePages.Bytes - (2 * NativeAllocator.Alignment))]
    [InlineData(LargePages.Bytes - NativeAllocator.Alignment)]
    [InlineData(LargePages.Bytes)]
    [InlineData((3 * LargePages.Bytes) + 4)]
    public void Large_memory_begins_at_a_page_and_all_memory_is_zero(int bytes)
    {
        using NativeBuffer buffer = new NativeAllocator().Allocate(bytes / sizeof(float), "a test");
        nuint alignment = NativeAllocator.AlignmentOf(buffer.Bytes);
        Assert.Equal(OperatingSystem.IsLinux() && buffer.Bytes >= LargePages.Bytes, alignment == LargePages.Bytes);
        Assert.Equal((nuint)0, (nuint)buffer.Pointer % alignment);
        Assert.Equal(-1, new ReadOnlySpan<byte>(buffer.Pointer, checked((int)buffer.Bytes)).IndexOfAnyExcept((byte)0));
        buffer.Fill(1);
    }

    [Fact]
    public void Linux_is_asked_for_large_pages()
    {
        using NativeBuffer buffer = new NativeAllocator().Allocate(2 * LargePages.Bytes, "a test");
        Assert.True(IsAskedFor((nint)buffer.Pointer));
    }

    /// <summary>Not the whole of it: an array begins and ends where the runtime puts it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Linux_is_asked_for_those_that_lie_in_an_array(bool pinned)
    {
        float[] array = LargePages.AllocateArray(2 * LargePages.Bytes / sizeof(float), pinned);
        Assert.Equal(2 * LargePages.Bytes / sizeof(float), array.Length);
        GCHandle handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        bool isAskedFor = IsAskedFor(handle.AddrOfPinnedObject() + LargePages.Bytes);
        handle.Free();
        Assert.True(isAskedFor);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, LargePages.Bytes - 1, 0)]
    [InlineData(0, LargePages.Bytes, 1)]
    [InlineData(1, LargePages.Bytes, 0)]
    [InlineData(LargePages.Bytes - 1, LargePages.Bytes, 0)]
    [InlineData(LargePages.Bytes - 1, LargePages.Bytes + 1, 1)]
    [InlineData(64, (3 * LargePages.Bytes) - 64, 2)]
    public void Pages_are_wished_that_are_whole(int offset, int bytes, int pages)
    {
        nint memory = 5 * (nint)LargePages.Bytes;
        (nint first, long length) = LargePages.Whole(memory + offset, bytes);
        Assert.Equal(pages * (long)LargePages.Bytes, length);
        Assert.Equal(offset == 0 ? memory : memory + LargePages.Bytes, first);
    }

    /// <summary>The kernel's own list says of which memory large pages were wished.</summary>
    private static bool IsAskedFor(nint address)
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "this kernel has none");
        bool isHere = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = words[0].Split('-');
            if (range.Length == 2 && nint.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint first))
            {
                isHere = first <= address && address < nint.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (isHere && words[0] == "VmFlags:")
            {
                return words.Contains("hg");
            }
        }

        return false;
    }
}
