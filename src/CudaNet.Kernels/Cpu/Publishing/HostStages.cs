using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Memory of the host for observed stages, used again by every step: one array for each stage that a step may publish. Steps say what they need while they are
/// made, then it is allocated once.
/// </summary>
internal sealed unsafe class HostStages
{
    private readonly List<int> _elements = [];
    private HostValues[] _values = [];

    /// <summary>Bytes of all arrays.</summary>
    public long Bytes => checked(_elements.Sum(e => HostValues.BytesOf(e)));

    /// <summary>Asks for memory for a step's observed stages, in order.</summary>
    public void Require(IReadOnlyList<int> elements)
    {
        for (int index = 0; index < elements.Count; index++)
        {
            if (index == _elements.Count)
            {
                _elements.Add(0);
            }

            _elements[index] = Math.Max(_elements[index], elements[index]);
        }
    }

    /// <param name="initialValue">What is there before a stage is.</param>
    /// <exception cref="CudaNetException">The machine has not that much.</exception>
    public void Allocate(float initialValue)
    {
        _values = [.. _elements.Select(e => new HostValues(e))];
        if (initialValue != 0)
        {
            Array.ForEach(_values, v => v.Values.Fill(initialValue));
        }
    }

    /// <summary>Where a step's stage goes: its first, second, third or fourth observed one. A multiple of a cache line.</summary>
    public float* Pointer(int index) => _values[index].Pointer;

    public ReadOnlySpan<float> Values(int index, int elements) => _values[index].Values[..elements];
}
