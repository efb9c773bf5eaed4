using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A memset: rows of elements of 1, 2 or 4 bytes.</summary>
/// <param name="name">The call.</param>
/// <param name="address">Where the first row begins, a multiple of the element's size.</param>
/// <param name="value">The element; its upper bits do not count.</param>
/// <param name="elementBytes">1, 2 or 4.</param>
/// <param name="width">Elements of a row.</param>
/// <param name="height">Rows.</param>
/// <param name="pitchBytes">From row to row; of one row it does not count.</param>
internal sealed class FillOperation(string name, ulong address, uint value, int elementBytes, ulong width, ulong height = 1, ulong pitchBytes = 0) : StreamOperation
{
    public ulong Address { get; } = address;

    public uint Value { get; } = value;

    public int ElementBytes { get; } = elementBytes;

    public ulong Width { get; } = width;

    public ulong Height { get; } = height;

    public ulong PitchBytes { get; } = pitchBytes;

    public override string Name => name;

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMSET;

    public override IReadOnlyList<MemoryUse> Uses { get; } = Rows(address, width * (ulong)elementBytes, height, pitchBytes);

    public override void Execute(OperationContext context)
    {
        foreach (MemoryUse row in Uses)
        {
            for (ulong done = 0; done < row.Bytes;)
            {
                ulong bytes = Math.Min(row.Bytes - done, 1 << 30);
                Fill(context.Memory.Access(row.Address + done, bytes, MemoryAccess.Write, Name));
                done += bytes;
            }
        }
    }

    private static MemoryUse[] Rows(ulong address, ulong rowBytes, ulong height, ulong pitch)
        => [.. Enumerable.Range(0, checked((int)height)).Select(row => new MemoryUse(address + ((ulong)row * pitch), rowBytes, MemoryAccess.Write))];

    private void Fill(Span<byte> bytes)
    {
        switch (ElementBytes)
        {
            case 1:
                bytes.Fill((byte)Value);
                break;
            case 2:
                MemoryMarshal.Cast<byte, ushort>(bytes).Fill((ushort)Value);
                break;
            default:
                MemoryMarshal.Cast<byte, uint>(bytes).Fill(Value);
                break;
        }
    }
}
