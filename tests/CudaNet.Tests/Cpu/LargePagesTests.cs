using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Memory that is worth large pages begins at one, and is what all memory is: zero, and all of it there.</summary>
public sealed unsafe class LargePagesTests
{
    [Theory]
    [InlineData(1 << 10)]
    [InlineData(LargePages.Bytes - (2 * NativeAllocator.Alignment))]
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
}
