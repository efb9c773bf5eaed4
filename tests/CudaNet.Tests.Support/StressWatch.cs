using System.Globalization;
using System.Text;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Workers that say what they do. When none of them has got on for <see cref="Patience.Limit"/>, the test fails with what each was doing; when one
/// fails, the others stop and its exception comes out.
/// </summary>
public sealed class StressWatch(int workers)
{
    private readonly string[] _doing = new string[workers];
    private readonly long[] _steps = new long[workers];
    private readonly Exception?[] _failures = new Exception?[workers];
    private volatile bool _isOver;

    public long Steps => _steps.Sum();

    /// <summary>How long a test goes on, in seconds, unless the variable says otherwise.</summary>
    public static TimeSpan Duration(int seconds) =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("CUDANET_STRESS_SECONDS"), out int asked) ? asked : seconds);

    /// <summary>Notes what the worker is about to do.</summary>
    public void Note(int worker, string what)
    {
        _doing[worker] = what;
        Interlocked.Increment(ref _steps[worker]);
    }

    /// <summary>Calls <paramref name="step"/> with the worker's number again and again, on a thread each, until the time is over.</summary>
    public void Run(TimeSpan duration, Action<int> step)
    {
        long end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        Run(() => Environment.TickCount64 > end, step);
    }

    /// <summary>The same until something is reached.</summary>
    public void Run(Func<bool> isOver, Action<int> step)
    {
        Thread[] threads = [.. Enumerable.Range(0, _doing.Length).Select(worker => new Thread(() => Work(worker, step)) { IsBackground = true })];
        Array.ForEach(threads, t => t.Start());
        long seen = 0, since = Environment.TickCount64;
        while (threads.Any(t => t.IsAlive))
        {
            Thread.Sleep(20);
            _isOver |= isOver();
            if (Steps != seen)
            {
                (seen, since) = (Steps, Environment.TickCount64);
            }
            else if (Environment.TickCount64 - since > Patience.Limit.TotalMilliseconds)
            {
                Assert.Fail($"nothing has progressed for {Patience.Limit.TotalSeconds} s:\n{Dump(threads)}");
            }
        }

        int failed = Array.FindIndex(_failures, f => f is not null);
        Assert.True(failed < 0, failed < 0 ? "" : $"worker {failed}, {_doing[failed]}: {_failures[failed]}");
    }

    private void Work(int worker, Action<int> step)
    {
        try
        {
            while (!_isOver)
            {
                step(worker);
            }
        }
        catch (Exception exception)
        {
            _failures[worker] = exception;
            _isOver = true;
        }
    }

    private string Dump(Thread[] threads)
    {
        StringBuilder text = new();
        for (int i = 0; i < threads.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"worker {i} ({threads[i].ThreadState}), {_steps[i]} steps: {_doing[i]} {_failures[i]?.Message}\n");
        }

        return text.ToString();
    }
}
