namespace CudaNet.Emulator.Ptx;

/// <summary>A module's <c>.version</c> and <c>.target</c>, which decide what its instructions may be.</summary>
internal sealed record PtxHeader(PtxVersion Version, PtxTarget Target)
{
    private static readonly (int Capability, PtxVersion Version)[] Targets =
    [
        (20, new(2, 0)), (30, new(3, 0)), (32, new(4, 0)), (35, new(3, 1)), (37, new(4, 1)), (50, new(4, 0)), (52, new(4, 1)), (53, new(4, 2)), (60, new(5, 0)), (61, new(5, 0)),
        (62, new(5, 0)), (70, new(6, 0)), (72, new(6, 1)), (75, new(6, 3)), (80, new(7, 0)), (86, new(7, 1)), (87, new(7, 4)), (88, new(9, 0)), (89, new(7, 8)), (90, new(7, 8)),
        (100, new(8, 6)), (101, new(8, 6)), (103, new(8, 8)), (110, new(9, 0)), (120, new(8, 7)), (121, new(8, 8)),
    ];

    /// <summary>The last minor version of each major one, from 1.</summary>
    private static ReadOnlySpan<byte> LastMinors => [5, 3, 2, 3, 0, 5, 8, 8, 0];

    /// <summary>The most bytes of a kernel's parameters.</summary>
    public int MostParameterBytes => Version >= new PtxVersion(8, 1) ? 32764 : 4352;

    public bool Has(PtxSince since) => Target.Capability >= since.Target && Version >= since.Version;

    /// <summary>Reads the directives a module starts with.</summary>
    public static PtxHeader Parse(PtxReader reader)
    {
        PtxVersion version = ParseVersion(reader);
        PtxTarget target = ParseTarget(reader, version);
        if (reader.TakeDot(".address_size") && new PtxConstantParser(reader).ParseInteger("an address size", 0, 128) != 64)
        {
            throw PtxReader.Error(reader.Current, "only '.address_size 64' is supported");
        }

        return new PtxHeader(version, target);
    }

    private static PtxVersion ParseVersion(PtxReader reader)
    {
        if (!reader.TakeDot(".version"))
        {
            throw reader.Expected("'.version'");
        }

        PtxToken token = reader.Expect(PtxTokenKind.Float, "a version as 7.0");
        string[] parts = reader.TextOf(token).ToString().Split('.');
        if (parts.Length != 2 || !int.TryParse(parts[0], out int major) || !int.TryParse(parts[1], out int minor))
        {
            throw PtxReader.Error(token, $"'{reader.Shown(token)}' is no version");
        }

        return major >= 1 && major <= LastMinors.Length && minor <= LastMinors[major - 1]
            ? new PtxVersion(major, minor)
            : throw PtxReader.Error(token, $"unsupported .version {major}.{minor}; the newest supported is {PtxVersion.Newest}", PtxErrorKind.UnsupportedVersion);
    }

    private static PtxTarget ParseTarget(PtxReader reader, PtxVersion version)
    {
        if (!reader.TakeDot(".target"))
        {
            throw reader.Expected("'.target'");
        }

        PtxTarget? target = null;
        do
        {
            PtxToken token = reader.ExpectName("a target as sm_80");
            ReadOnlySpan<char> text = reader.TextOf(token);
            if (text.StartsWith("sm_", StringComparison.Ordinal))
            {
                target = target is null ? FindTarget(reader, token, version) : throw PtxReader.Error(token, "a second target");
            }
            else if (text is not ("debug" or "texmode_unified" or "texmode_independent" or "map_f64_to_f32"))
            {
                throw PtxReader.Error(token, $"unknown target option '{reader.Shown(token)}'");
            }
        }
        while (reader.TakeSymbol(","));
        return target ?? throw reader.Expected("a target as sm_80");
    }

    private static PtxTarget FindTarget(PtxReader reader, PtxToken token, PtxVersion version)
    {
        ReadOnlySpan<char> number = reader.TextOf(token)[3..];
        char suffix = !number.IsEmpty && number[^1] is 'a' or 'f' ? number[^1] : '\0';
        number = suffix == '\0' ? number : number[..^1];
        foreach ((int capability, PtxVersion first) in Targets)
        {
            if (!int.TryParse(number, out int wanted) || wanted != capability || (suffix != '\0' && capability < 90))
            {
                continue;
            }

            PtxVersion least = suffix == 'f' ? new PtxVersion(8, 8) : suffix == 'a' && capability == 90 ? new PtxVersion(8, 0) : first;
            return version >= least ? new PtxTarget(capability, suffix) : throw PtxReader.Error(token, $"PTX .version {version} does not support .target {reader.Shown(token)}; it needs {least}");
        }

        throw PtxReader.Error(token, $"unknown target '{reader.Shown(token)}'");
    }
}
