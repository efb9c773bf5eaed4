using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// What follows the sums of a convolution over images that <see cref="InputScale"/> has scaled: takes the power of two back, and goes on as the epilogue does. Of an image that
/// was not scaled every bit is the epilogue's. The sums lie where the step's output goes. One item is one row of one plane of 16 channels.
/// </summary>
internal sealed unsafe class UnscalePhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private readonly float* _sums;
    private readonly BlockedImage _image;
    private readonly InputScale _scale;
    private readonly Epilogue _epilogue;
    private readonly StagePublisher<T>? _publisher;

    public UnscalePhase(float* sums, BlockedImage image, Epilogue epilogue, InputScale scale, StagePublisher<T>? publisher)
    {
        _sums = sums;
        _image = image;
        _scale = scale;
        _epilogue = epilogue;
        _publisher = publisher;
        Items = checked(image.Planes * image.Height);
    }

    public override int Items { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, _image.Height);
        (int image, int block) = Math.DivRem(plane, _image.Blocks);
        int channel = block * BlockedImage.BlockChannels;
        nint row = (plane * _image.PlaneStride) + _image.Interior + (y * _image.RowStride);
        int most = _publisher is null ? _image.Width : StagePublisher<T>.RunPixels;
        for (int x = 0, count; x < _image.Width; x += count)
        {
            count = Math.Min(most, _image.Width - x);
            nint start = row + (x * (nint)BlockedImage.BlockChannels);
            Epilogue epilogue = _publisher?.Storing(_epilogue, start, worker) ?? _epilogue;
            for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
            {
                Finish(epilogue, start + lane, start + (count * (nint)BlockedImage.BlockChannels), channel + lane, _scale.Exponent(image));
            }

            int first = (y * _image.Width) + x;
            _publisher?.Write(image, first, first + count, channel, BlockedImage.BlockChannels, worker);
        }
    }

    /// <summary>
    /// Half of the power multiplies the sum, half the scale: neither becomes denormal where the normalised value is not. The raw value is rounded for its observer alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(in Epilogue epilogue, nint pixel, nint end, nint channel, int exponent)
    {
        T all = Power(-exponent), half = Power(-(exponent / 2));
        Epilogue rest = epilogue with { Bias = null, RawTo = null, Scale = null, NormTo = null };
        bool isNormalised = epilogue.Bias == null && epilogue.Scale != null;
        T scale = isNormalised ? T.Multiply(T.Load(epilogue.Scale + channel), Power(-(exponent - (exponent / 2)))) : all;
        for (; pixel < end; pixel += BlockedImage.BlockChannels)
        {
            T sum = T.Load(_sums + pixel);
            if (exponent == 0 || !isNormalised)
            {
                epilogue.Apply(exponent == 0 ? sum : T.Multiply(sum, all), channel, pixel);
                continue;
            }

            if (epilogue.RawTo != null)
            {
                T.Store(T.Multiply(sum, all), epilogue.RawTo + pixel);
            }

            T normalised = T.MultiplyAdd(T.Multiply(sum, half), scale, T.Load(epilogue.Shift + channel));
            if (epilogue.NormTo != null)
            {
                T.Store(normalised, epilogue.NormTo + pixel);
            }

            rest.Apply(normalised, channel, pixel);
        }
    }

    private static T Power(int exponent) => T.Broadcast(MathF.ScaleB(1, exponent));
}
