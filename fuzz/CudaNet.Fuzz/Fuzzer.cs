using System.Diagnostics;
using CudaNet.Engine;

namespace CudaNet.Fuzz;

/// <summary>What a run over one target found.</summary>
internal sealed record FuzzReport(string Target, long Inputs, long Accepted, long MostBytes, TimeSpan Longest, IReadOnlyList<string> Failures);

/// <summary>
/// Feeds mutated inputs to a target. An input that kills the process is found again by its number: the file that holds it, 64 bits in the temporary
/// folder, is written before each try and deleted only by a process that lives.
/// </summary>
internal static class Fuzzer
{
    private const int MaxFailures = 5;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    /// <summary>The valid files that a target's inputs are made of.</summary>
    /// <exception cref="CudaNetException">There are none.</exception>
    public static IReadOnlyList<byte[]> Corpus(Target target)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "corpus", target.Name);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        return files.Length > 0
            ? [.. files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
            : throw new CudaNetException("there is no such folder, or no file in it") { File = folder, Hint = "A build of the program copies fuzz/corpus there." };
    }

    public static FuzzReport Run(Target target, IReadOnlyList<byte[]> corpus, long first, long inputs)
    {
        Mutator mutator = new(corpus, target.Tokens);
        List<string> failures = [];
        (long accepted, long mostBytes, TimeSpan longest) = (0, 0, TimeSpan.Zero);
        string lastPath = Path.Combine(Path.GetTempPath(), $"cudanet-fuzz-{target.Name}-{Environment.ProcessId}.last");
        using FileStream last = new(lastPath, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 8, FileOptions.DeleteOnClose);
        for (long number = first; number < first + inputs && failures.Count < MaxFailures; number++)
        {
            byte[] input = mutator.Make(number);
            last.Position = 0;
            last.Write(BitConverter.GetBytes(number));
            last.Flush();
            long before = GC.GetAllocatedBytesForCurrentThread();
            string? failure = Try(target, input, ref accepted, out TimeSpan time);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (time > MaxTime)
            {
                // The machine may have stopped meanwhile: what the parser itself takes, it takes again.
                long once = 0;
                failure ??= Try(target, input, ref once, out time);
            }

            (mostBytes, longest) = (Math.Max(mostBytes, bytes), time > longest ? time : longest);
            failure ??= bytes > target.MaxBytes + (64L * input.Length) ? $"{bytes} bytes allocated for {input.Length} bytes of input" : null;
            failure ??= time > MaxTime ? $"took {time.TotalSeconds:f1} s" : null;
            if (failure is not null)
            {
                failures.Add($"input {number}: {failure}");
            }
        }

        return new FuzzReport(target.Name, inputs, accepted, mostBytes, longest, failures);
    }

    /// <summary>Null where the target kept its promise.</summary>
    private static string? Try(Target target, byte[] input, ref long accepted, out TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            target.Parse(input);
            accepted++;
            return null;
        }
        catch (CudaNetException exception)
        {
            return exception.Message.Contains(Target.FileName, StringComparison.Ordinal) ? null : $"the message does not name the file: {exception.Message}";
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
        finally
        {
            time = Stopwatch.GetElapsedTime(start);
        }
    }
}
