using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How the copy of a run's input is shared among threads: every row once, and no cache line by two items.</summary>
public sealed unsafe class HostInputTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(7, 0)]
    [InlineData(8, 1)]
    [InlineData(97, 0)]
    [InlineData(97, 1)]
    public void Every_row_of_every_image_is_copied_once(int height, int lacking)
    {
        Rows rows = new(height, lacking);
        float[] source = new float[3 * 2 * height * 5];
        fixed (float* values = source)
        {
            rows.Source = values;
            for (int item = 0; item < rows.Items; item++)
            {
                rows.Execute(item, worker: 0);
            }
        }

        Assert.Equal([.. Enumerable.Range(0, 3 * height).Select(r => (r / height, r % height))], rows.Copied.Order());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(5, 2)]
    public void No_two_items_write_to_the_same_line_of_space_to_depth(int top, int left)
    {
        TensorShape shape = new(2, 3, 23, 9);
        BlockedImage image = SpaceToDepthInput.ImageOf(shape, (shape.Height + top + 1) / 2, (shape.Width + left + 1) / 2);
        float[] source = new float[shape.ElementCount];
        Array.Fill(source, 1);
        using NativeBuffer buffer = new NativeAllocator().Allocate(image.Elements, "a test");
        SpaceToDepthInput input = new(buffer.Pointer, shape, new Padding(top, left, 0, 0), image);
        Dictionary<int, int> items = [];
        fixed (float* values = source)
        {
            input.Source = values;
            for (int item = 0; item < input.Items; item++)
            {
                buffer.Fill(0);
                input.Execute(item, worker: 0);
                for (int line = 0; line < image.Elements / BlockedImage.BlockChannels; line++)
                {
                    bool isWritten = new ReadOnlySpan<float>(buffer.Pointer + (line * BlockedImage.BlockChannels), BlockedImage.BlockChannels).ContainsAnyExcept(0f);
                    Assert.True(!isWritten || items.TryAdd(line, item), $"items {item} and {items.GetValueOrDefault(line)} write to line {line}");
                }
            }
        }

        Assert.NotEmpty(items);
    }

    /// <summary>Keeps which rows are copied.</summary>
    private sealed class Rows(int height, int lacking) : HostInput(3, 2, height, 5, lacking)
    {
        private readonly int _height = height;

        public List<(int Image, int Row)> Copied { get; } = [];

        protected override void CopyRow(float* row, nint plane, int image, int y)
        {
            Assert.Equal((nint)Source + (sizeof(float) * ((image * 2 * _height * 5) + (y * 5))), (nint)row);
            Copied.Add((image, y));
        }
    }
}
