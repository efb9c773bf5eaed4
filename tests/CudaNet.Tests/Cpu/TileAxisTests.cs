using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How a side of an image is cut into tiles: every pixel once, in as few tiles as can be, with as few points as any cut of theirs has.</summary>
public sealed class TileAxisTests
{
    [Theory]
    [InlineData(4, new[] { 4 })]
    [InlineData(56, null)]
    [InlineData(7, new[] { 4, 3 })]
    [InlineData(14, new[] { 4, 4, 3, 3 })]
    [InlineData(9, new[] { 3, 3, 3 })]
    [InlineData(5, new[] { 3, 2 })] // two narrow tiles; the last reaches beyond the image
    [InlineData(2, new[] { 2 })]
    [InlineData(1, new[] { 1 })]
    public void Sides_end_with_narrow_tiles(int pixels, int[]? lengths)
    {
        TileAxis axis = TileAxis.Of(pixels, size: 4, canBeNarrow: true);
        Assert.Equal(lengths ?? [.. Enumerable.Repeat(4, pixels / 4)], Enumerable.Range(0, axis.Tiles).Select(t => axis.End(t) - axis.First(t)));
    }

    [Fact]
    public void Every_pixel_is_in_one_tile()
    {
        foreach ((int size, bool canBeNarrow) in ((int, bool)[])[(1, false), (2, false), (2, true), (4, false), (4, true)])
        {
            for (int pixels = 1; pixels <= 100; pixels++)
            {
                TileAxis axis = TileAxis.Of(pixels, size, canBeNarrow);
                int next = 0;
                for (int tile = 0; tile < axis.Tiles; tile++)
                {
                    Assert.Equal(next, axis.First(tile));
                    next = axis.End(tile);
                    Assert.InRange(next - axis.First(tile), 1, axis.IsNarrow(tile) ? size - 1 : size);
                }

                Assert.Equal((pixels, (pixels + size - 1) / size), (next, axis.Tiles));
                int spared = canBeNarrow ? Math.Min(axis.Tiles, (axis.Tiles * size) - pixels) : 0;
                Assert.Equal((axis.Tiles * (size + 2)) - spared, axis.Points(size + 2));
            }
        }
    }
}
