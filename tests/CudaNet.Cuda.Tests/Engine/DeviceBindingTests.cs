using System.Runtime.InteropServices;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Runs on memory that other code has on the device: the bits of runs on the host, in the order that events and streams say, and nothing wrong gets through.</summary>
public sealed class DeviceBindingTests
{
    private const int Batch = 2;

    private static readonly TensorShape OutputShape = new(Batch, 5);

    private static Preprocessing Rule { get; } = new(8, 8, Interpolation.Bilinear, null, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    private static int Seeds => Endurance.IsAsked ? 300 : 20;

    /// <summary>Several runs into the same memory, graphs and not, ordered by events or by the caller's stream, whatever order the device draws.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float16, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.TensorFloat32, CudaGraphs.Off)]
    [InlineData(ArithmeticPrecision.BFloat16, CudaGraphs.On)]
    public void Runs_on_the_device_have_the_bits_of_runs_on_the_host(ArithmeticPrecision precision, CudaGraphs graph)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision, Graph = graph });
            using (Session session = SmallNetwork.Open(backend))
            using (DeviceCaller caller = new(backend, Shape, OutputShape))
            {
                foreach (bool byEvent in (bool[])[true, false])
                {
                    using DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), byEvent ? caller.Events : caller.InStream);
                    for (int run = 0; run < 3; run++)
                    {
                        Tensor input = Formula.Input(Batch + run, 3, 8, 8);
                        Tensor mine = new(Shape, input.Values[..(int)Shape.ElementCount].ToArray());
                        caller.Put(mine.Values);
                        session.Enqueue(binding);
                        float[] output = caller.Get(byEvent);
                        Bits.AssertSame(session.Predict(mine).Values, output, $"seed {seed}, run {run}");
                    }
                }
            }

            machine.AssertClean();
        }
    }

    /// <summary>The caller's work takes long, and nothing but his event or stream says when it has ended.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_waits_for_the_callers_work_and_he_for_it(bool byEvent)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            CudaBackend backend = machine.Backend();
            using (Session session = SmallNetwork.Open(backend))
            using (DeviceCaller caller = new(backend, Shape, OutputShape))
            using (DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), byEvent ? caller.Events : caller.InStream))
            {
                Tensor input = SmallNetwork.Input(Batch);
                float[] expected = session.Predict(input).Values.ToArray();
                session.Prepare(Shape, session.Select(), binding: typeof(DeviceBinding));
                caller.PutLate(input.Values);
                session.Enqueue(binding);
                Bits.AssertSame(expected, caller.Get(byEvent), $"seed {seed}");
            }

            machine.AssertClean();
        }
    }

    /// <summary>A second binding with the same event takes nothing back of what a run in flight has promised by it.</summary>
    [Fact]
    public void Binding_again_releases_no_run_in_flight()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            CudaBackend backend = machine.Backend();
            using (Session session = SmallNetwork.Open(backend))
            using (DeviceCaller caller = new(backend, Shape, OutputShape))
            using (DeviceBinding first = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), caller.Events))
            {
                Tensor input = SmallNetwork.Input(Batch);
                float[] expected = session.Predict(input).Values.ToArray();
                session.Prepare(Shape, session.Select(), binding: typeof(DeviceBinding));
                caller.Put(input.Values);
                session.Enqueue(first);
                using DeviceBinding second = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), caller.Events);
                Bits.AssertSame(expected, caller.Get(byEvent: true), $"seed {seed}");
            }

            machine.AssertClean();
        }
    }

    /// <summary>However an input's values lie, each rounded as the host's would be; observed or not.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32)]
    [InlineData(ArithmeticPrecision.TensorFloat32)]
    [InlineData(ArithmeticPrecision.Float16)]
    [InlineData(ArithmeticPrecision.BFloat16)]
    public void Inputs_may_lie_in_any_layout(ArithmeticPrecision precision)
    {
        byte[] pixels = [.. Enumerable.Range(0, (int)Shape.ElementCount).Select(i => (byte)((i * 37) + (i >> 3)))];
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision });
        using (Session session = SmallNetwork.Open(backend))
        using (DeviceCaller caller = new(backend, Shape, OutputShape))
        {
            Tensor normalized = PixelOrders.Normalized(pixels, Shape, Rule);
            Check(DeviceInput.Images(caller.InputAddress, Shape, Rule), pixels, normalized);
            foreach (StoragePrecision stored in Enum.GetValues<StoragePrecision>())
            {
                Tensor exact = PixelOrders.Rounded(SmallNetwork.Input(Batch), stored);
                Check(DeviceInput.ChannelsLast(caller.InputAddress, Shape, stored), StorageEncoding.Encode(PixelOrders.ChannelsLast(exact), stored), exact);
            }

            Check(DeviceInput.Planes(caller.InputAddress, Shape), MemoryMarshal.AsBytes(SmallNetwork.Input(Batch).Values).ToArray(), SmallNetwork.Input(Batch));

            float[] output = new float[OutputShape.ElementCount];
            ImageBinding images = new(pixels, Shape, Rule, output);
            for (int run = 0; run < 3; run++)
            {
                session.Run(images);
                Bits.AssertSame(session.Predict(normalized).Values, output, "images on the host");
            }

            void Check(DeviceInput input, byte[] bytes, Tensor same)
            {
                using DeviceBinding binding = caller.Bind(input, caller.Events);
                caller.Put<byte>(bytes);
                for (int run = 0; run < 2; run++)
                {
                    session.Run(binding);
                    Bits.AssertSame(session.Predict(same).Values, caller.Get(byEvent: true), $"{input}");
                }

                List<float[]> heard = [];
                using (session.Observe("input", (in Observation o) => heard.Add(o.Values.ToArray())))
                using (session.Observe("block.add", (in Observation o) => heard.Add(o.Values.ToArray())))
                {
                    session.Enqueue(binding);
                    session.Predict(same);
                }

                Bits.AssertSame(heard[2], heard[0], $"{input}: observed input");
                Bits.AssertSame(heard[3], heard[1], $"{input}: observed sum");
            }
        }

        machine.AssertClean();
    }

    /// <summary>What a binding is made of is looked at when it is made, and no run begins with it.</summary>
    [Fact]
    public void What_cannot_be_bound_is_one_exception_before_anything_runs()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        CudaBackend backend = machine.Backend(), second = machine.Backend(new CudaOptions { Device = 1 });
        using (Session session = SmallNetwork.Open(backend))
        using (Session other = SmallNetwork.Open(second))
        using (DeviceCaller caller = new(backend, Shape, OutputShape), elsewhere = new(second, Shape, OutputShape))
        using (CudaContext context = new(backend.Device))
        using (PinnedMemory pinned = new(context, (int)Shape.ElementCount * sizeof(float)))
        {
            session.Prepare(Shape, session.Select(), binding: typeof(DeviceBinding));
            long launches = machine.Calls.Count("cuLaunchKernel") + machine.Calls.Count("cuGraphLaunch");
            DeviceAddress host = new((ulong)Marshal.UnsafeAddrOfPinnedArrayElement(new byte[64], 0)), hostPinned = new((ulong)PinnedAddress(pinned));
            DeviceOutput output = new(caller.OutputAddress, OutputShape);
            Refused("host memory", () => backend.Bind(DeviceInput.Planes(hostPinned, Shape), output));
            Refused("the driver knows no memory there", () => backend.Bind(DeviceInput.Planes(host, Shape), output));
            Refused("the driver knows no memory there", () => backend.Bind(DeviceInput.Planes(default, Shape), output));
            Refused("no multiple of 16", () => backend.Bind(DeviceInput.Images(caller.InputAddress + 4, Shape, Rule), output));
            Refused("no multiple of 16", () => backend.Bind(DeviceInput.Images(caller.InputAddress, Shape, Rule), new DeviceOutput(caller.OutputAddress + 4, new TensorShape(1, 5))));
            Refused("bytes are left", () => backend.Bind(DeviceInput.Planes(caller.InputAddress + 16, Shape), output));
            Refused("the output, 80 bytes at", () => backend.Bind(DeviceInput.Planes(caller.InputAddress, Shape), new DeviceOutput(caller.OutputAddress, new TensorShape(4, 5))));
            Refused("memory of device 1", () => backend.Bind(DeviceInput.Planes(elsewhere.InputAddress, Shape), output));
            Refused("context", () => backend.Bind(DeviceInput.Planes(caller.InputAddress, Shape), output, elsewhere.InStream));
            using (StreamCapture capture = caller.Stream.BeginCapture())
            {
                Refused("captures", () => backend.Bind(DeviceInput.Planes(caller.InputAddress, Shape), output, caller.InStream));
                capture.End().Dispose();
            }

            Assert.Throws<ShapeException>(() => DeviceInput.Images(caller.InputAddress, new TensorShape(1, 2, 8, 8), Rule));
            Assert.Throws<ShapeException>(() => new ImageBinding(new byte[5], Shape, Rule, new float[10]));
            using DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape)), wide = backend.Bind(DeviceInput.Planes(caller.InputAddress, Shape), new DeviceOutput(caller.OutputAddress, new TensorShape(Batch, 4)));
            Assert.Contains("another backend", Assert.Throws<CudaNetException>(() => other.Enqueue(binding)).Message, StringComparison.Ordinal);
            Assert.Contains("2×5", Assert.Throws<ShapeException>(() => session.Enqueue(wide)).Message, StringComparison.Ordinal);
            Assert.Throws<ShapeException>(() => session.Run(new ImageBinding(new byte[Shape.ElementCount], Shape, Rule, new float[9])));
            binding.Dispose();
            Assert.Throws<ObjectDisposedException>(() => session.Enqueue(binding));
            Assert.Equal(launches, machine.Calls.Count("cuLaunchKernel") + machine.Calls.Count("cuGraphLaunch"));
            Bits.AssertSame(SmallNetwork.Run(session), SmallNetwork.Run(session), "afterwards");
        }

        machine.AssertClean();

        static void Refused(string words, Func<DeviceBinding> bind) => Assert.Contains(words, Assert.Throws<ArgumentException>(bind).Message, StringComparison.Ordinal);
    }

    /// <summary>Nobody waited for the run: what comes next on the lane hears of its fault, and disposal waits for its end.</summary>
    [Fact]
    public void A_fault_of_a_queued_run_comes_out_of_the_next_call()
    {
        const int IllegalAddress = 700;
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        using Session session = SmallNetwork.Open(backend);
        using DeviceCaller caller = new(backend, Shape, OutputShape);
        using DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), caller.Events);
        caller.Put(SmallNetwork.Input(Batch).Values);
        session.Enqueue(binding);
        machine.Faults.Add(FaultInjection.OfOperation(machine.Operations.Total + 3, IllegalAddress));
        session.Enqueue(binding);
        Assert.Throws<DeviceFaultedException>(() => session.Run(binding));
    }

    [Fact]
    public void A_session_that_goes_waits_for_what_it_queued()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            CudaBackend backend = machine.Backend();
            using (DeviceCaller caller = new(backend, Shape, OutputShape))
            using (DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, Shape), caller.Events))
            {
                caller.Put(SmallNetwork.Input(Batch).Values);
                float[] expected;
                using (Session session = SmallNetwork.Open(backend, new InferenceOptions { MaxExecutables = 1 }))
                {
                    expected = session.Predict(SmallNetwork.Input(Batch)).Values.ToArray();
                    session.Enqueue(binding);
                    session.Enqueue(binding);

                    // One executable at a time: the other one goes, whose run may still be under way.
                    session.Predict(SmallNetwork.Input(1));
                    session.Enqueue(binding);
                }

                Bits.AssertSame(expected, caller.Get(byEvent: true), $"seed {seed}");
            }

            machine.AssertClean();
        }
    }

    private static TensorShape Shape { get; } = SmallNetwork.Shape.WithBatch(Batch);

    private static unsafe nint PinnedAddress(PinnedMemory memory)
    {
        fixed (byte* first = memory.AsSpan<byte>())
        {
            return (nint)first;
        }
    }
}
