namespace CudaNet.Emulator.Ptx;

/// <summary>Reads what ties the text to the program it was compiled from: <c>.file</c>, <c>.loc</c>, <c>.section</c>; and <c>.pragma</c>, which changes no result.</summary>
internal sealed class PtxSourceParser(PtxReader reader, PtxConstantParser constants)
{
    private readonly Dictionary<int, PtxSourceFile> _files = [];

    /// <summary>The line the next instructions come from; null where the text does not say.</summary>
    public PtxSourceLine? Current { get; set; }

    /// <summary>Reads one of the directives.</summary>
    /// <returns>False where there is none here.</returns>
    public bool TryParse()
    {
        if (!reader.Is(PtxTokenKind.Dot))
        {
            return false;
        }

        switch (reader.Text)
        {
            case ".file":
                reader.Take();
                ParseFile();
                return true;
            case ".loc":
                reader.Take();
                ParseLocation();
                return true;
            case ".section":
                reader.Take();
                SkipSection();
                return true;
            case ".pragma":
                reader.Take();
                do
                {
                    reader.Expect(PtxTokenKind.String, "a pragma in quotes");
                }
                while (reader.TakeSymbol(","));
                reader.ExpectSymbol(";");
                return true;
            default:
                return false;
        }
    }

    private PtxSourceFile FileOf(int number)
    {
        if (!_files.TryGetValue(number, out PtxSourceFile? file))
        {
            file = new PtxSourceFile(number);
            _files.Add(number, file);
        }

        return file;
    }

    private int Number(string what) => (int)constants.ParseInteger(what, 0, int.MaxValue);

    private void ParseFile()
    {
        PtxSourceFile file = FileOf(Number("a file's number"));
        PtxToken name = reader.Expect(PtxTokenKind.String, "a file's name in quotes");
        file.Name = reader.TextOf(name)[1..^1].ToString();
        while (reader.TakeSymbol(","))
        {
            constants.ParseInteger("a time or size", 0, long.MaxValue);
        }
    }

    private void ParseLocation()
    {
        PtxSourceFile file = FileOf(Number("a file's number"));
        int line = Number("a line");
        Current = new PtxSourceLine(file, line, Number("a column"));
        while (reader.TakeSymbol(","))
        {
            ParseInlined();
        }
    }

    private void ParseInlined()
    {
        PtxToken attribute = reader.ExpectName("'function_name' or 'inlined_at'");
        switch (reader.TextOf(attribute))
        {
            case "function_name":
                reader.ExpectName("a label");
                if (reader.TakeSymbol("+"))
                {
                    constants.ParseInteger("an offset", 0, uint.MaxValue);
                }

                break;
            case "inlined_at":
                Number("a file's number");
                Number("a line");
                Number("a column");
                break;
            default:
                throw PtxReader.Error(attribute, $"unknown attribute '{reader.Shown(attribute)}' of '.loc'");
        }
    }

    private void SkipSection()
    {
        reader.Expect(PtxTokenKind.Dot, "a section's name");
        reader.ExpectSymbol("{");
        while (!reader.TakeSymbol("}"))
        {
            bool data = reader.Current.Kind is PtxTokenKind.Dot or PtxTokenKind.Word or PtxTokenKind.Integer
                || reader.IsSymbol(",") || reader.IsSymbol(":") || reader.IsSymbol("+") || reader.IsSymbol("-");
            if (!data)
            {
                throw reader.Expected("debug data");
            }

            reader.Take();
        }
    }
}
