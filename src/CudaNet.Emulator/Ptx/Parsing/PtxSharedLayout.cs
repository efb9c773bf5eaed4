namespace CudaNet.Emulator.Ptx;

/// <summary>Lays out each kernel's shared memory: what the kernel and the functions it reaches by calls mention.</summary>
internal sealed class PtxSharedLayout(PtxReader reader, PtxModuleBuilder module)
{
    /// <summary>The most static shared memory of a kernel, whatever the device.</summary>
    public const int MostStaticBytes = 49152;

    public void Apply()
    {
        foreach (PtxKernel kernel in module.Kernels)
        {
            Lay(kernel, Collect(kernel));
        }
    }

    private List<PtxVariable> Collect(PtxKernel kernel)
    {
        List<PtxVariable> variables = [];
        HashSet<object> seen = [kernel];
        Stack<PtxFunction> open = new([kernel]);
        while (open.TryPop(out PtxFunction? function))
        {
            foreach (object mentioned in module.Mentioned.TryGetValue(function, out HashSet<object>? found) ? found : [])
            {
                if (!seen.Add(mentioned))
                {
                    continue;
                }

                if (mentioned is PtxVariable variable)
                {
                    variables.Add(variable);
                }
                else
                {
                    open.Push((PtxFunction)mentioned);
                }
            }
        }

        variables.Sort((left, right) => left.Line.CompareTo(right.Line));
        return variables;
    }

    private void Lay(PtxKernel kernel, List<PtxVariable> variables)
    {
        Dictionary<PtxVariable, int> offsets = [];
        long top = 0;
        foreach (PtxVariable variable in variables.Where(variable => !variable.IsDynamicShared))
        {
            long offset = PtxLayout.AlignUp(top, variable.Alignment);
            top = offset + variable.Size;
            if (top > MostStaticBytes)
            {
                string message = $"'{kernel.Name}' uses too much shared data (0x{top:x} bytes, 0x{MostStaticBytes:x} max)";
                _ = reader.Record(new PtxError(PtxErrorKind.Syntax, variable.Line, 1, message));
                return;
            }

            offsets[variable] = (int)offset;
        }

        List<PtxVariable> dynamic = [.. variables.Where(variable => variable.IsDynamicShared)];
        int start = (int)dynamic.Aggregate(top, (at, variable) => PtxLayout.AlignUp(at, variable.Alignment));
        foreach (PtxVariable variable in dynamic)
        {
            offsets[variable] = start;
        }

        kernel.StaticSharedBytes = (int)top;
        kernel.DynamicSharedOffset = start;
        kernel.SharedOffsets = offsets;
    }
}
