using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Pitched memory, copies and fills of rectangles, and copies whose ends tell by their addresses what they are.</summary>
public sealed unsafe class RectangleRules
{
    [Fact]
    public void Pitched_memory_has_rows_at_multiples_of_512_bytes()
    {
        using var host = new DriverHost();
        ulong address;
        nuint pitch, bytes;
        ulong start;
        DriverHost.Ok(host.Api.cuMemAllocPitch_v2(&address, &pitch, 513, 3, 4));
        Assert.Equal(1024u, pitch);
        DriverHost.Ok(host.Api.cuMemGetAddressRange_v2(&start, &bytes, address));
        Assert.Equal((address, 3072u), (start, bytes));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocPitch_v2(&address, &pitch, 16, 3, 5));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocPitch_v2(&address, &pitch, 0, 3, 4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocPitch_v2(&address, &pitch, 16, 0, 4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocPitch_v2(null, &pitch, 16, 1, 4));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, host.Api.cuMemAllocPitch_v2(&address, &pitch, int.MaxValue, nuint.MaxValue, 16));
        DriverHost.Ok(host.Api.cuMemFree_v2(start));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rectangle_goes_to_the_device_and_back(bool unaligned)
    {
        using var host = new DriverHost();
        ulong device;
        nuint pitch;
        DriverHost.Ok(host.Api.cuMemAllocPitch_v2(&device, &pitch, 8, 4, 4));
        uint* values = stackalloc uint[] { 1, 2, 3, 4, 5, 6, 7, 8 };
        uint* back = stackalloc uint[2];
        CUDA_MEMCPY2D to = new()
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            srcHost = (nint)values,
            srcPitch = 8,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            dstDevice = device,
            dstPitch = pitch,
            WidthInBytes = 8,
            Height = 4,
        };
        CUDA_MEMCPY2D from = new()
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            srcDevice = device,
            srcPitch = pitch,
            srcXInBytes = 4,
            srcY = 2,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_UNIFIED,
            dstDevice = (ulong)back,
            dstPitch = 4,
            WidthInBytes = 4,
            Height = 2,
        };
        DriverHost.Ok(unaligned ? host.Api.cuMemcpy2DUnaligned_v2(&to) : host.Api.cuMemcpy2D_v2(&to));
        DriverHost.Ok(unaligned ? host.Api.cuMemcpy2DUnaligned_v2(&from) : host.Api.cuMemcpy2D_v2(&from));
        Assert.Equal((6u, 8u), (back[0], back[1]));

        from.Height = 3;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2D_v2(&from));
        Assert.Contains(host.Machine.Findings, finding => finding.Kind == FindingKind.OutOfBounds);
        from.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_ARRAY;
        Assert.Equal(CUDA_ERROR_NOT_SUPPORTED, host.Api.cuMemcpy2D_v2(&from));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2D_v2(null));
    }

    /// <summary>The corner or the pitch of one end leads anywhere: below, beyond, or round the end of all numbers.</summary>
    [Theory]
    [InlineData(ulong.MaxValue, 0, 64)]
    [InlineData(ulong.MaxValue - 7, 0, 64)]
    [InlineData(1UL << 47, 0, 64)]
    [InlineData(0, 1UL << 40, 64)]
    [InlineData(0, 1UL << 58, 64)]
    [InlineData(0, ulong.MaxValue, 64)]
    [InlineData(0, 0, ulong.MaxValue)]
    [InlineData(0, 0, 1UL << 63)]
    public void A_rectangle_that_leaves_the_device_s_memory_is_refused(ulong x, ulong y, ulong pitch)
    {
        using var host = new DriverHost();
        ulong device = host.Allocate(4096);
        byte* buffer = stackalloc byte[1024];
        CUDA_MEMCPY2D to = new()
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            srcHost = (nint)buffer,
            srcPitch = 64,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            dstDevice = device,
            dstXInBytes = (nuint)x,
            dstY = (nuint)y,
            dstPitch = (nuint)pitch,
            WidthInBytes = 16,
            Height = 3,
        };
        CUDA_MEMCPY2D from = new()
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            srcDevice = device,
            srcXInBytes = (nuint)x,
            srcY = (nuint)y,
            srcPitch = (nuint)pitch,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            dstHost = (nint)buffer,
            dstPitch = 64,
            WidthInBytes = 16,
            Height = 3,
        };
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2D_v2(&to));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2DUnaligned_v2(&from));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2DAsync_v2(&to, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy(device - 1, (ulong)buffer, 16));
        DriverHost.Ok(host.Api.cuCtxSynchronize());
    }

    [Fact]
    public void Fills_of_rectangles_leave_what_lies_between_the_rows()
    {
        using var host = new DriverHost();
        ulong memory = host.Allocate(48);
        byte[] seen = new byte[48];
        byte[] expected = new byte[48];
        DriverHost.Ok(host.Api.cuMemsetD16_v2(memory, 0x1111, 24));
        Array.Fill(expected, (byte)0x11);
        DriverHost.Ok(host.Api.cuMemsetD2D8_v2(memory, 16, 0x22, 3, 3));
        DriverHost.Ok(host.Api.cuMemsetD2D16_v2(memory + 4, 16, 0x3333, 2, 3));
        DriverHost.Ok(host.Api.cuMemsetD2D32_v2(memory + 8, 16, 0x44444444, 1, 3));
        nint stream = host.Stream(0);
        DriverHost.Ok(host.Api.cuMemsetD2D8Async(memory + 3, 16, 0x55, 1, 2, stream));
        DriverHost.Ok(host.Api.cuMemsetD2D16Async(memory + 12, 16, 0x6666, 1, 2, stream));
        DriverHost.Ok(host.Api.cuMemsetD2D32Async(memory + 44, 16, 0x77777777, 1, 1, stream));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        for (int row = 0; row < 3; row++)
        {
            expected.AsSpan(row * 16, 3).Fill(0x22);
            expected.AsSpan((row * 16) + 4, 4).Fill(0x33);
            expected.AsSpan((row * 16) + 8, 4).Fill(0x44);
        }

        (expected[3], expected[19]) = (0x55, 0x55);
        expected.AsSpan(12, 2).Fill(0x66);
        expected.AsSpan(28, 2).Fill(0x66);
        expected.AsSpan(44, 4).Fill(0x77);
        fixed (byte* to = seen)
        {
            DriverHost.Ok(host.Api.cuMemcpyDtoH_v2(to, memory, 48));
        }

        Assert.Equal(expected, seen);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD2D8_v2(memory, 2, 0, 3, 3));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD2D32_v2(memory, 6, 0, 1, 3));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD2D8_v2(memory, 16, 0, 17, 3));
        DriverHost.Ok(host.Api.cuMemsetD2D8_v2(memory, 2, 0, 3, 1));
    }

    [Fact]
    public void A_copy_finds_out_by_the_addresses_where_its_ends_are()
    {
        using var host = new DriverHost();
        ulong device = host.Allocate(8);
        ulong value = 0x0123456789ABCDEF, back = 0, host2 = 0;
        DriverHost.Ok(host.Api.cuMemcpy(device, (ulong)&value, 8));
        DriverHost.Ok(host.Api.cuMemcpy((ulong)&back, device, 8));
        DriverHost.Ok(host.Api.cuMemcpy((ulong)&host2, (ulong)&back, 8));
        Assert.Equal((value, value), (back, host2));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy(device, (ulong)&value, 9));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy(0, (ulong)&value, 8));
    }
}
