namespace CudaNet.Kernels.Cuda;

/// <summary>The host functions of a captured graph: kept for the graph and for every executable made of it.</summary>
internal sealed class GraphHostFunctions(IReadOnlyList<nint> ids)
{
    private int _users;

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (nint id in ids)
            {
                HostFunctions.Remove(id);
            }
        }
    }
}
