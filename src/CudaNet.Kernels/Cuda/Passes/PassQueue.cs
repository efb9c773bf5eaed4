using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Queues a whole pass into a place's streams: the same calls whether they run or are captured. Published stages leave on the copy stream, each forked off
/// right behind its step and marked for the host once it has arrived; both streams are one again at the end.
/// </summary>
internal sealed class PassQueue(CudaProgram program, CudaPlace place, StageMemory stages, PassEnds ends, PassTimer? timer)
{
    /// <summary>How many nodes a graph of it has at least: libraries may make several of a call.</summary>
    public int Operations { get; } = ends.Operations + program.Steps.Sum(s => s.Operations) + program.Publications.Sum(p => p.Operations + 2) + (timer is null ? 0 : ends.TimerMarks);

    /// <param name="control">Asked between steps.</param>
    /// <param name="isCapturing">Whether the stream captures.</param>
    public void Enqueue(RunControl control, bool isCapturing)
    {
        int published = 0;
        try
        {
            EnqueueParts(control, isCapturing, ref published);
        }
        catch when (isCapturing && published > 0)
        {
            // A capture ends with one stream, also where nobody wants the graph.
            TryJoin();
            throw;
        }
    }

    private void EnqueueParts(RunControl control, bool isCapturing, ref int published)
    {
        ends.EnqueueFirst(place.Stream, timer, isCapturing);
        for (int step = 0; step < program.Steps.Length; step++)
        {
            control.ThrowIfStopped();
            if (program.OverwritesPublished[step])
            {
                place.Stream.WaitFor(place.Copied);
            }

            program.Steps[step].Enqueue(place);
            if (program.PublishedBySteps[step] is > 0 and int count)
            {
                Publish(count, isCapturing, ref published);
            }
        }

        ends.EnqueueLast(place.Stream, timer, isCapturing);
        if (published > 0)
        {
            place.Stream.WaitFor(place.Copied);
        }
    }

    private void Publish(int count, bool isCapturing, ref int published)
    {
        place.Stream.Record(place.Published);
        place.CopyStream.WaitFor(place.Published);
        for (int end = published + count; published < end;)
        {
            Publication publication = program.Publications[published];
            int index = published++;
            publication.Enqueue(place.CopyStream);
            stages.Fetch(place.CopyStream, index, publication, isCapturing);
        }

        place.CopyStream.Record(place.Copied);
    }

    private void TryJoin()
    {
        try
        {
            place.CopyStream.Record(place.Copied);
            place.Stream.WaitFor(place.Copied);
        }
        catch (CudaNetException)
        {
            // What threw first is what the caller hears of.
        }
    }
}
