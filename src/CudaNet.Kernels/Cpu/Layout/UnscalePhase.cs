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
    private readonly Epilogue _all;
    private readonly Epilogue _rest;

    public UnscalePhase(float* sums, BlockedImage image, Epilogue epilogue, InputScale scale)
    {
        _sums = sums;
        _image = image;
        _scale = scale;
        _all = epilogue;
        _rest = epilogue with { Bias = null, RawTo = null, Scale = null, NormTo = null };
        Items = checked(image.Planes * image.Height);
    }

    public override int Items { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, _image.Height);
        nint start = (plane * _image.PlaneStride) + _image.Interior + (y * _image.RowStride);
        nint end = start + ((nint)_image.Width * BlockedImage.BlockChannels);
        int exponent = _scale.Exponent(plane / _image.Blocks);
        int channel = plane % _image.Blocks * BlockedImage.BlockChannels;
        for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
        {
            Finish(start + lane, end, channel + lane, exponent);
        }
    }

    /// <summary>
    /// Half of the power multiplies the sum, half the scale: neither becomes denormal where the normalised value is not. The raw value is rounded for its observer alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(nint pixel, nint end, nint channel, int exponent)
    {
        T all = Power(-exponent), half = Power(-(exponent / 2));
        bool isNormalised = _all.Bias == null && _all.Scale != null;
        T scale = isNormalised ? T.Multiply(T.Load(_all.Scale + channel), Power(-(exponent - (exponent / 2)))) : all;
        for (; pixel < end; pixel += BlockedImage.BlockChannels)
        {
            T sum = T.Load(_sums + pixel);
            if (exponent == 0 || !isNormalised)
            {
                _all.Apply(exponent == 0 ? sum : T.Multiply(sum, all), channel, pixel);
                continue;
            }

            if (_all.RawTo != null)
            {
                T.Store(T.Multiply(sum, all), _all.RawTo + pixel);
            }

            T normalised = T.MultiplyAdd(T.Multiply(sum, half), scale, T.Load(_all.Shift + channel));
            if (_all.NormTo != null)
            {
                T.Store(normalised, _all.NormTo + pixel);
            }

            _rest.Apply(normalised, channel, pixel);
        }
    }

    private static T Power(int exponent) => T.Broadcast(MathF.ScaleB(1, exponent));
}
