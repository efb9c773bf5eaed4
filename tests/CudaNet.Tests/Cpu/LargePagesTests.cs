using System.Globalization;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Memory that is worth large pages begins at one, and is what all memory is: zero, and all of it there.</summary>
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
        nuint alignment = LargePages.Alignment(buffer.Bytes);
        Assert.Equal(OperatingSystem.IsLinux() && buffer.Bytes >= LargePages.Bytes, alignment == LargePages.Bytes);
        Assert.Equal((nuint)0, (nuint)buffer.Pointer % alignment);
        Assert.Equal(-1, new ReadOnlySpan<byte>(buffer.Pointer, checked((int)buffer.Bytes)).IndexOfAnyExcept((byte)0));
        buffer.Fill(1);
    }

    /// <summary>The kernel's own list says of which memory large pages were wished.</summary>
    [Fact]
    public void Linux_is_asked_for_large_pages()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "this kernel has none");
        using NativeBuffer buffer = new NativeAllocator().Allocate(2 * LargePages.Bytes, "a test");
        ulong address = (ulong)buffer.Pointer;
        bool isHere = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = words[0].Split('-');
            if (range.Length == 2 && ulong.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong first))
            {
                isHere = first <= address && address < ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (isHere && words[0] == "VmFlags:")
            {
                Assert.Contains("hg", words);
                return;
            }
        }

        Assert.Fail("the kernel's list has no such memory");
    }
}
