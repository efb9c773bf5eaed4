using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.House;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A program of raw driver calls, in a context of its own or in the primary one, keeps its frames and logits on the GPU.</summary>
public sealed unsafe class BesideOthersTests
{
    private static readonly TensorShape Shape = new(1, 3, 224, 224);

    [Fact]
    public void The_page_shows_the_code_that_runs() => DocumentExample.AssertSame("docs/cuda-backend.md", "BesideOthersExample.cs", heading: "## Data that stays on the device");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_example_runs_beside_raw_driver_calls(bool isPrimary)
    {
        using EmulatedMachine machine = new();
        CudaLibraries libraries = machine.Libraries.Load();
        using (Model model = TestModels.Create("resnet18"))
        using (Other other = new(libraries, isPrimary))
        {
            BesideOthersExample.Run(other, model, libraries);
            Assert.Equal(Other.Frames, other.Results.Count);
            using Session session = new(model, machine.Backend(new CudaOptions { Precision = ArithmeticPrecision.Float16 }));
            float[] expected = new float[10];
            for (int frame = 0; frame < Other.Frames; frame++)
            {
                session.Run(new ImageBinding(Other.Pixels(frame), Shape, Preprocessing.Torchvision, expected));
                Bits.AssertSame(expected, other.Results[frame], $"frame {frame}");
            }
        }

        machine.AssertClean();
    }

    [Fact]
    public void A_context_of_another_device_is_refused()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        using (Other other = new(machine.Libraries.Load(), isPrimary: false))
        {
            CudaNetException refused = Assert.Throws<CudaNetException>(() => SmallNetwork.Prepare(machine.Backend(new CudaOptions { Device = 1, Context = other.Context })));
            Assert.Contains("is of device 0", refused.Message, StringComparison.Ordinal);
        }

        machine.AssertClean();
    }

    /// <summary>The other program: whatever it does, it does by the driver's functions.</summary>
    private sealed class Other : IOtherProgram, IDisposable
    {
        public const int Frames = 4;

        private readonly DriverApi _driver;
        private readonly nint _context, _stream;
        private readonly ulong _frame, _logits;
        private readonly byte* _staged;
        private readonly float* _seen;
        private readonly bool _isPrimary;
        private int _decoded;

        public Other(CudaLibraries libraries, bool isPrimary)
        {
            (_driver, _isPrimary) = (libraries.Driver, isPrimary);
            nint context, stream;
            ulong frame, logits;
            void* staged, seen;
            Ok(_driver.cuInit(0));
            if (isPrimary)
            {
                Ok(_driver.cuDevicePrimaryCtxRetain(&context, 0));
            }
            else
            {
                Ok(Create()(&context, 0, 0));
                nint popped;
                Ok(_driver.cuCtxPopCurrent_v2(&popped));
            }

            _context = context;
            using (Entered())
            {
                Ok(_driver.cuStreamCreate(&stream, 1));
                Ok(_driver.cuMemAlloc_v2(&frame, (nuint)Shape.ElementCount));
                Ok(_driver.cuMemAlloc_v2(&logits, 10 * sizeof(float)));
                Ok(_driver.cuMemHostAlloc(&staged, (nuint)Shape.ElementCount * Frames, 1));
                Ok(_driver.cuMemHostAlloc(&seen, 10 * sizeof(float) * Frames, 1));
            }

            (_stream, _frame, _logits) = (stream, frame, logits);
            _staged = (byte*)staged;
            _seen = (float*)seen;
        }

        public nint Context => _context;

        public nint Stream => _stream;

        public ulong Frame => _frame;

        public ulong Logits => _logits;

        /// <summary>The logits of each frame, once all is done.</summary>
        public List<float[]> Results
        {
            get
            {
                using (Entered())
                {
                    Ok(_driver.cuStreamSynchronize(_stream));
                }

                return [.. Enumerable.Range(0, _decoded).Select(f => new ReadOnlySpan<float>(_seen + (10 * f), 10).ToArray())];
            }
        }

        public static byte[] Pixels(int frame) => [.. Enumerable.Range(0, (int)Shape.ElementCount).Select(i => (byte)((i * (frame + 3)) + (i >> 7)))];

        /// <summary>A frame arrives by and by, over the one before.</summary>
        public bool DecodeNext()
        {
            if (_decoded == Frames)
            {
                return false;
            }

            byte* pixels = _staged + (Shape.ElementCount * _decoded);
            Pixels(_decoded++).CopyTo(new Span<byte>(pixels, (int)Shape.ElementCount));
            using (Entered())
            {
                Ok(_driver.cuMemcpyHtoDAsync_v2(_frame, pixels, (nuint)Shape.ElementCount, _stream));
            }

            return true;
        }

        public void UseLogits()
        {
            using (Entered())
            {
                Ok(_driver.cuMemcpyDtoHAsync_v2(_seen + (10 * (_decoded - 1)), _logits, 10 * sizeof(float), _stream));
            }
        }

        public void Dispose()
        {
            using (Entered())
            {
                Ok(_driver.cuStreamDestroy_v2(_stream));
                Ok(_driver.cuMemFree_v2(_frame));
                Ok(_driver.cuMemFree_v2(_logits));
                Ok(_driver.cuMemFreeHost(_staged));
                Ok(_driver.cuMemFreeHost(_seen));
            }

            if (_isPrimary)
            {
                Ok(_driver.cuDevicePrimaryCtxRelease_v2(0));
            }
            else
            {
                Ok(Destroy()(_context));
            }
        }

        private static delegate* unmanaged<nint*, uint, int, CUresult> Create() =>
            (delegate* unmanaged<nint*, uint, int, CUresult>)EmulatedMachine.Current!.Libraries.Driver.Find("cuCtxCreate_v2");

        private static delegate* unmanaged<nint, CUresult> Destroy() => (delegate* unmanaged<nint, CUresult>)EmulatedMachine.Current!.Libraries.Driver.Find("cuCtxDestroy_v2");

        private static void Ok(CUresult result) => Assert.Equal(CUresult.CUDA_SUCCESS, result);

        private Scope Entered() => new(this);

        private readonly struct Scope : IDisposable
        {
            private readonly Other _other;

            public Scope(Other other)
            {
                _other = other;
                Ok(other._driver.cuCtxPushCurrent_v2(other._context));
            }

            public void Dispose()
            {
                nint popped;
                Ok(_other._driver.cuCtxPopCurrent_v2(&popped));
                Assert.Equal(_other._context, popped);
            }
        }
    }
}
