using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Which images are computed by which of Winograd's algorithms, and by how many products.</summary>
public sealed class WinogradChoiceTests
{
    private static readonly Conv2d Layer = new(64, 32, 3, 3, Padding: 1);

    [Theory]
    [InlineData(56, 56, WinogradChoice.Four)]
    [InlineData(7, 7, WinogradChoice.Four)]
    [InlineData(9, 9, WinogradChoice.Four)]
    [InlineData(5, 5, WinogradChoice.Two)] // as many products, counted by whole tiles, but 16 weights a filter in place of 36
    [InlineData(6, 6, WinogradChoice.Two)]
    [InlineData(2, 2, WinogradChoice.Two)]
    [InlineData(2, 8, WinogradChoice.Two)] // 60 points of narrow tiles against 64, but 30 to 36 weights a filter in place of 16
    [InlineData(64, 2, WinogradChoice.Two)]
    [InlineData(3, 8, WinogradChoice.Four)]
    [InlineData(1, 1, null)]
    [InlineData(1, 16, null)]
    [InlineData(1, 3, null)]
    public void Is_a_function_of_both_sides(int height, int width, string? expected)
    {
        Assert.Equal(expected, Choice(1, height, width, CpuConvolutions.Auto, out string? whyNot));
        Assert.Equal(expected is null, whyNot is not null);
    }

    /// <summary>Batches decide where that was asked for, and only there.</summary>
    [Theory]
    [InlineData(1, 4, 4, null)]
    [InlineData(2, 4, 4, null)]
    [InlineData(3, 4, 4, WinogradChoice.Four)]
    [InlineData(1, 6, 6, null)]
    [InlineData(1, 4, 10, WinogradChoice.Four)]
    [InlineData(2, 6, 6, WinogradChoice.Two)]
    [InlineData(1, 2, 2, WinogradChoice.Two)]
    [InlineData(1, 2, 3, null)]
    [InlineData(2, 2, 2, null)]
    [InlineData(1, 7, 7, WinogradChoice.Four)]
    public void Few_pixels_of_a_batch_are_summed_where_batches_may_decide(int batch, int height, int width, string? expected)
    {
        Assert.True(WinogradChoice.FewPixels < BatchCut.LeastPixels, "parts of a batch would choose for themselves");
        Assert.Equal(expected, Choice(batch, height, width, CpuConvolutions.AutoPerBatch, out string? whyNot));
        Assert.Equal(expected is null ? "the batch's pixels are few" : null, whyNot);
        foreach (CpuConvolutions other in Enum.GetValues<CpuConvolutions>().Where(c => c != CpuConvolutions.AutoPerBatch))
        {
            Assert.Equal(Choice(16, height, width, other, out _), Choice(batch, height, width, other, out _));
        }
    }

    [Theory]
    [InlineData(WinogradChoice.Four, 56, 14, 84 * 22)]
    [InlineData(WinogradChoice.Four, 7, 9, 11 * 15)]
    [InlineData(WinogradChoice.Two, 2, 9, 4 * 19)]
    [InlineData(WinogradChoice.SpaceToDepth, 112, 6, 4 * 28 * 7 * 2 * 7)]
    public void Operations_are_those_of_the_points_that_tiles_need(string algorithm, int height, int width, long points) =>
        Assert.Equal(2 * 3 * 32 * 64 * points, WinogradChoice.Operations(Layer, new TensorShape(3, 32, height, width), algorithm));

    private static string? Choice(int batch, int height, int width, CpuConvolutions algorithms, out string? whyNot) =>
        WinogradChoice.Of(Layer, new TensorShape(batch, 32, height, width), algorithms, readsInput: false, out whyNot);
}
