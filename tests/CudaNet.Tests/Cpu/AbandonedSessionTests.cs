using System.Diagnostics;
using System.Runtime.CompilerServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>A session that nobody disposed gives its threads and its native memory back to the garbage collector. Alone: it counts the process's threads.</summary>
[Collection(nameof(Alone))]
public sealed class AbandonedSessionTests
{
    private const int Sessions = 20;
    private const int ThreadsEach = 4;

    [Fact]
    public void Threads_and_memory_go_with_the_garbage()
    {
        NativeAllocator allocator = new();
        int before = ThreadCount();
        Assert.True(Abandon(allocator) >= before + (Sessions * (ThreadsEach - 1)), "the sessions had threads");
        for (int wait = 0; wait < 500 && (ThreadCount() > before + Sessions || allocator.LiveBytes > 0); wait++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(20);
        }

        Assert.Equal(0, allocator.LiveBytes);
        Assert.True(ThreadCount() <= before + Sessions, $"{ThreadCount()} threads, {before} before {Sessions} sessions of {ThreadsEach}");
    }

    /// <summary>Nobody disposes and nobody asks for a collection: native memory alone must make the collector look.</summary>
    [Fact]
    public void Native_memory_presses_on_the_collector()
    {
        const int Count = 40;
        NativeAllocator allocator = new();
        using Model model = TestModels.Create("resnet18");
        long each = 0, most = 0;
        int before = GC.CollectionCount(0);
        for (int i = 0; i < Count; i++)
        {
            _ = new Session(model, new CpuBackend(new CpuOptions { Threads = 1 }, allocator));
            each = i == 0 ? allocator.LiveBytes : each;
            most = Math.Max(most, allocator.LiveBytes);
        }

        Assert.True(GC.CollectionCount(0) > before + 3, $"{GC.CollectionCount(0) - before} collections");
        Assert.True(most < Count / 2 * each, $"{most:n0} bytes alive at once, {each:n0} a session");
    }

    /// <summary>The run is ended on another thread than the one that finalises what it has: nothing may be freed twice, or before.</summary>
    [Fact]
    public void Sessions_that_are_forgotten_with_their_pulled_runs_free_everything_once()
    {
        NativeAllocator allocator = new();
        for (int round = 0; round < 20; round++)
        {
            ForgetRun(allocator);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        for (int wait = 0; wait < 500 && allocator.LiveBytes != 0; wait++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(20);
        }

        Assert.Equal(0, allocator.LiveBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetRun(NativeAllocator allocator)
    {
        using Model model = TestModels.Tiny();
        Session session = new(model, new CpuBackend(new CpuOptions { Threads = 2 }, allocator), new InferenceOptions { RunForgotten = _ => { } });
        session.Start(Formula.Input(1, 3, 32, 32), ["layer1"]).Next(out _);
    }

    /// <summary>The process's threads while the sessions live; nothing of them is reachable when it returns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Abandon(NativeAllocator allocator)
    {
        using Model model = TestModels.Tiny();
        Session[] sessions = [.. Enumerable.Range(0, Sessions).Select(_ => new Session(model, new CpuBackend(new CpuOptions { Threads = ThreadsEach }, allocator)))];
        Array.ForEach(sessions, s => s.Predict(Formula.Input(1, 3, 32, 32)));
        int threads = ThreadCount();
        GC.KeepAlive(sessions);
        return threads;
    }

    private static int ThreadCount()
    {
        using Process process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
