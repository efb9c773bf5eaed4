using System.Globalization;
using System.Runtime.InteropServices;

namespace CudaNet.Bench;

/// <summary>A contender in the peer's process, which takes its time itself.</summary>
/// <param name="peer">The process.</param>
/// <param name="word">What it calls the contender.</param>
/// <param name="name">What the tables call it.</param>
/// <param name="folder">Where it may write the features.</param>
internal sealed class PeerFeatures(PeerProcess peer, string word, string name, string folder) : IFeatureContender
{
    public string Name => name;

    public double Run() => double.Parse(peer.Ask(word), CultureInfo.InvariantCulture);

    public float[] Features()
    {
        string file = Path.Combine(folder, $"{word}.f32");
        peer.Ask($"{word}\t{file}");
        return MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
    }
}
