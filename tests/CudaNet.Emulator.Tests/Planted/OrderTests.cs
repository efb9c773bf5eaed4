using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that do not order what they queue.</summary>
public sealed unsafe class OrderTests
{
    private const int Count = 32;

    private static readonly float[] Ramp = [.. Enumerable.Range(1, Count).Select(i => (float)i)];

    private static float[] Scaled(float factor) => [.. Ramp.Select(value => value * factor)];

    [Fact]
    public void A_missing_wait_for_an_event_between_streams_gives_a_wrong_number()
    {
        SomeSeed.Bites(Run, Scaled(2));

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint scale = program.Kernel("vectors", "scale");
            nint computes = program.Stream(), copies = program.Stream();
            ulong x = program.Upload(Ramp), y = program.Upload(new float[Count]);
            float* result = program.Pin(new float[Count]);
            program.Launch(scale, 1, Count, computes, x, y, DeviceProgram.Parameter(2), DeviceProgram.Parameter(0), Count);
            if (!mutant)
            {
                program.Order(computes, copies);
            }

            program.ToHost(result, y, Count, copies);
            program.Synchronise(copies);
            return new Span<float>(result, Count).ToArray();
        }
    }

    [Fact]
    public void A_wait_for_the_event_before_it_is_recorded_gives_a_wrong_number()
    {
        SomeSeed.Bites(Run, Scaled(2));

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint scale = program.Kernel("vectors", "scale");
            nint computes = program.Stream(), copies = program.Stream(), done = program.Event();
            ulong x = program.Upload(Ramp), y = program.Upload(new float[Count]);
            float* result = program.Pin(new float[Count]);
            if (mutant)
            {
                program.Wait(copies, done);
            }

            program.Launch(scale, 1, Count, computes, x, y, DeviceProgram.Parameter(2), DeviceProgram.Parameter(0), Count);
            program.Record(done, computes);
            if (!mutant)
            {
                program.Wait(copies, done);
            }

            program.ToHost(result, y, Count, copies);
            program.Synchronise(copies);
            return new Span<float>(result, Count).ToArray();
        }
    }

    [Fact]
    public void Pinned_memory_that_is_read_before_the_stream_is_done_is_poison()
    {
        Assert.Equal(Ramp, Run(mutant: false));
        Assert.All(Run(mutant: true), value => Assert.Equal(uint.MaxValue, BitConverter.SingleToUInt32Bits(value)));

        static float[] Run(bool mutant)
        {
            using DeviceProgram program = new();
            nint stream = program.Stream();
            ulong x = program.Upload(Ramp);
            float* result = program.Pin(new float[Count]);
            program.ToHost(result, x, Count, stream);
            if (!mutant)
            {
                program.Synchronise(stream);
            }

            float[] read = new Span<float>(result, Count).ToArray();
            program.Synchronise(stream);
            program.IsClean();
            return read;
        }
    }

    [Fact]
    public void Pinned_memory_that_is_changed_before_its_copy_has_run_gives_a_wrong_number()
    {
        SomeSeed.Bites(Run, Ramp);

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint stream = program.Stream();
            ulong x = program.Allocate(Count);
            float* staging = program.Pin(Ramp);
            program.ToDevice(x, staging, Count, stream);
            if (!mutant)
            {
                program.Synchronise(stream);
            }

            new Span<float>(staging, Count).Clear();
            program.Synchronise(stream);
            return program.Download(x, Count);
        }
    }

    [Fact]
    public void One_staging_buffer_for_two_batches_in_flight_gives_a_wrong_number()
    {
        SomeSeed.Bites(Run, [1, 2]);

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint stream = program.Stream();
            ulong first = program.Allocate(1), second = program.Allocate(1);
            float* staging = program.Pin(0, 0);
            float* other = mutant ? staging : staging + 1;
            *staging = 1;
            program.ToDevice(first, staging, 1, stream);
            *other = 2;
            program.ToDevice(second, other, 1, stream);
            program.Synchronise(stream);
            return [program.Download(first, 1)[0], program.Download(second, 1)[0]];
        }
    }

    [Fact]
    public void A_legacy_copy_does_not_wait_for_a_stream_that_does_not_block()
    {
        SomeSeed.Bites(Run, Scaled(3));

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint scale = program.Kernel("vectors", "scale");
            nint stream = program.Stream(mutant ? DeviceProgram.NonBlocking : 0);
            ulong x = program.Upload(Ramp), y = program.Upload(new float[Count]);
            program.Launch(scale, 1, Count, stream, x, y, DeviceProgram.Parameter(3), DeviceProgram.Parameter(0), Count);
            return program.Download(y, Count);
        }
    }

    [Fact]
    public void A_stream_that_does_not_block_does_not_wait_for_a_legacy_fill()
    {
        SomeSeed.Bites(Run, [.. Enumerable.Repeat(5f, Count)]);
        SomeSeed.IsFlagged(Run, "cuMemcpyDtoHAsync_v2", "cuMemsetD32Async", "the legacy stream");

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint stream = program.Stream(mutant ? DeviceProgram.NonBlocking : 0);
            ulong x = program.Upload(Ramp);
            float* result = program.Pin(new float[Count]);
            program.Fill(x, 5, Count, 0);
            program.ToHost(result, x, Count, stream);
            program.Synchronise(stream);
            return new Span<float>(result, Count).ToArray();
        }
    }

    [Fact]
    public void Two_streams_that_use_one_buffer_in_turn_need_order_both_ways()
    {
        SomeSeed.Bites(Run, [1, 2]);
        SomeSeed.IsFlagged(Run, "cuMemsetD32Async", "cuMemcpyDtoHAsync_v2");

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint writes = program.Stream(), reads = program.Stream();
            ulong buffer = program.Upload(0);
            float* results = program.Pin(0, 0);
            for (int turn = 0; turn < 2; turn++)
            {
                program.Fill(buffer, turn + 1, 1, writes);
                program.Order(writes, reads);
                program.ToHost(results + turn, buffer, 1, reads);
                if (!mutant)
                {
                    program.Order(reads, writes);
                }
            }

            program.Synchronise(reads);
            return [results[0], results[1]];
        }
    }

    [Fact]
    public void Waiting_for_another_stream_than_the_one_that_copies_leaves_poison()
    {
        SomeSeed.Bites(Run, Ramp);

        static float[] Run(DeviceProgram program, bool mutant)
        {
            nint stream = program.Stream(), other = program.Stream();
            ulong x = program.Upload(Ramp);
            float* result = program.Pin(new float[Count]);
            program.ToHost(result, x, Count, stream);
            program.Synchronise(mutant ? other : stream);
            float[] read = new Span<float>(result, Count).ToArray();
            program.Synchronise(stream);
            return read;
        }
    }
}
