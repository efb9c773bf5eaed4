using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary><see cref="Thread.Interrupt"/> at any moment on threads that run: no wrong value, no broken session. Alone: it takes every core.</summary>
[Collection(nameof(Alone))]
public sealed class InterruptTests
{
    private const int Callers = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Interrupted_callers_get_right_values_or_the_interrupt(int places)
    {
        using Model tiny = TestModels.Tiny();
        using PreparedModel model = new CpuBackend(new CpuOptions { Threads = 4 }).Prepare(tiny);
        Tensor[] inputs = [Formula.Input(1, 3, 64, 64), Formula.Input(1, 3, 24, 24), Formula.Input(2, 3, 32, 40)];
        StressCases cases = new(model, inputs);
        Session session = new(model, new InferenceOptions { MaxConcurrentRuns = places });
        Thread?[] callers = new Thread?[Callers];
        Random random = new(3);
        StressWatch watch = new(Callers + 1);
        int interrupted = 0, right = 0, turn = 0;
        watch.Run(StressWatch.Duration(5), worker =>
        {
            if (worker == Callers)
            {
                // Not noted: it would look like progress.
                Volatile.Read(ref callers[random.Next(Callers)])?.Interrupt();
                Thread.Sleep(random.Next(3));
                return;
            }

            watch.Note(worker, "a run");
            try
            {
                Volatile.Write(ref callers[worker], Thread.CurrentThread);
                int input = (Interlocked.Increment(ref turn) & int.MaxValue) % inputs.Length;
                cases.CheckOutput(input, session.Predict(inputs[input]).Values);
                Interlocked.Increment(ref right);
            }
            catch (ThreadInterruptedException)
            {
                Interlocked.Increment(ref interrupted);
            }
        });
        Assert.True(interrupted > 0 && right > 0, $"{right} runs, {interrupted} interrupts");
        cases.CheckOutput(0, session.Predict(inputs[0]).Values);
        await Patience.OnThread(session.Dispose).WaitAsync(Patience.Limit);
    }
}
