using System.Collections.Frozen;

namespace CudaNet.Emulator.Exports;

/// <summary>
/// The look-up of <c>cuGetProcAddress</c>: a function's base name and the CUDA version a program was written for give the newest interface that is
/// not newer than that version.
/// </summary>
internal static class ProcAddresses
{
    private const ulong PerThreadDefaultStream = 2;
    private const string TwinSuffix = "_ptsz";

    private static readonly FrozenDictionary<string, DriverExport[]> ByBaseName = Grouped(DriverExportTable.All
        .Where(e => !IsTwin(e.Name))
        .Select(e => (BaseName(e.Name), e))
        .Append(Renamed("cuGraphInstantiate", 12000, "cuGraphInstantiateWithFlags")));

    /// <summary>The same of the functions whose default stream is the thread's own.</summary>
    private static readonly FrozenDictionary<string, DriverExport[]> TwinsByBaseName = Grouped(DriverExportTable.All
        .Where(e => IsTwin(e.Name))
        .Select(e => (BaseName(e.Name[..^TwinSuffix.Length]), e)));

    /// <summary>Finds a function.</summary>
    /// <param name="name">The base name, without version suffix.</param>
    /// <param name="version">1000·major + 10·minor.</param>
    /// <param name="driverVersion">What the driver says its version is; it lacks what is newer.</param>
    /// <param name="flags">0 or 1: the legacy default stream; 2: the calling thread's own, for the functions that have such a twin.</param>
    /// <param name="status">Why there is none.</param>
    /// <returns>The address; 0 where there is none.</returns>
    public static nint Find(string name, int version, int driverVersion, ulong flags, out CUdriverProcAddressQueryResult status)
    {
        if (!(flags == PerThreadDefaultStream && TwinsByBaseName.TryGetValue(name, out DriverExport[]? exports)) && !ByBaseName.TryGetValue(name, out exports))
        {
            status = CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
            return 0;
        }

        nint address = 0;
        status = CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
        foreach (DriverExport export in exports.Where(e => e.Since <= driverVersion))
        {
            address = export.Since <= version ? export.Address : address;
            status = address != 0
                ? CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_SUCCESS
                : CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT;
        }

        return address;
    }

    private static FrozenDictionary<string, DriverExport[]> Grouped(IEnumerable<(string Base, DriverExport Export)> exports) => exports
        .GroupBy(e => e.Base, e => e.Export, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => g.OrderBy(e => e.Since).ToArray(), StringComparer.Ordinal);

    /// <summary>A function that headers call by another name from some version on.</summary>
    private static (string Base, DriverExport Export) Renamed(string name, int since, string export) =>
        (name, DriverExportTable.All.Single(e => e.Name == export) with { Since = since });

    /// <summary>The name that headers give a function: without <c>_v2</c> and the like.</summary>
    private static string BaseName(string export) =>
        export.LastIndexOf("_v", StringComparison.Ordinal) is > 0 and int end && int.TryParse(export.AsSpan(end + 2), out _) ? export[..end] : export;

    private static bool IsTwin(string name) => name.EndsWith(TwinSuffix, StringComparison.Ordinal) || name.EndsWith("_ptds", StringComparison.Ordinal);
}
