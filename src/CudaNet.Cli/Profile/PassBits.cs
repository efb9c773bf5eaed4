using System.Runtime.InteropServices;

namespace CudaNet.Cli;

/// <summary>Whether passes of one input have the same output, bit for bit.</summary>
internal static class PassBits
{
    private const int OfDevice = 100, OfEmulatedDevice = 3;

    /// <summary>How many passes are compared where nobody asks for a number: on an emulated device they take long.</summary>
    public static int Repeats(bool isEmulated) => isEmulated ? OfEmulatedDevice : OfDevice;

    /// <summary>Runs that many passes on each lane, on all of them at once, and tells whether the outputs of all have equal bits; those that are NaN too.</summary>
    /// <param name="lanes">With one input.</param>
    /// <param name="outputs">Values of an output.</param>
    /// <param name="passes">On each.</param>
    public static bool AreEqual(IReadOnlyList<PassLane> lanes, int outputs, int passes)
    {
        float[] first = new float[outputs];
        lanes[0].Pass(first);
        int unequal = 0;
        LaneThreads.Run(lanes, lane =>
        {
            float[] output = new float[outputs];
            for (int i = lane == lanes[0] ? 1 : 0; i < passes && Volatile.Read(ref unequal) == 0; i++)
            {
                lane.Pass(output);
                if (!MemoryMarshal.Cast<float, int>(output.AsSpan()).SequenceEqual(MemoryMarshal.Cast<float, int>(first.AsSpan())))
                {
                    Volatile.Write(ref unequal, 1);
                }
            }
        });
        return unequal == 0;
    }
}
