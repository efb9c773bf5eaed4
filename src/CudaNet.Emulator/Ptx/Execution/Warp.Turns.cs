namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Turns that end before their instructions are spent.</summary>
internal sealed unsafe partial class Warp
{
    /// <summary>What a pause takes from the path's turn among the paths of the warp: one that spins lets the others go on after some pauses.</summary>
    private const int PauseCost = PathTurn / 64;

    private uint _paused;

    /// <summary>Ends the warp's turn behind the instruction that executes.</summary>
    public void Pause()
    {
        _paused |= _active;
        _active = 0;
    }

    /// <summary>Takes the path up again after a pause; true where there was one.</summary>
    private bool Resume()
    {
        if (_paused == 0)
        {
            return false;
        }

        _active = _paused;
        _paused = 0;
        _turn -= PauseCost;
        return true;
    }
}
