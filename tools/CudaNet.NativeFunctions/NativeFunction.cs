using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace CudaNet.NativeFunctions;

/// <summary>A line of the table.</summary>
internal sealed class NativeFunction
{
    private const string Nothing = "-";

    private readonly string[] _parameters;

    public NativeFunction(string line)
    {
        string[] fields = line.Split('\t');
        if (fields.Length != 7)
        {
            throw new InvalidDataException($"seven fields with tabs between them are expected: {line}");
        }

        (Library, Name, Since, Until) = (fields[0], fields[1], Number(fields[2]), Number(fields[3]));
        (Need, Returns, Parameters) = (fields[4], fields[5], fields[6]);
        _parameters = [.. Parameters.Split(',').Select(p => p.Trim()).Where(p => p.Length > 0)];
    }

    public string Library { get; }

    public string Name { get; }

    /// <summary>The first version that has it, as its library counts; null for all.</summary>
    public string? Since { get; }

    /// <summary>The last version that has it; null for all.</summary>
    public string? Until { get; }

    /// <summary>Whether CudaNet calls it: <c>required</c>, <c>optional</c>, or neither.</summary>
    public string Need { get; }

    /// <summary>Its type in C#; of a function that nobody here calls or implements, nothing; of an older name, <c>=</c> and the newer one.</summary>
    public string Returns { get; }

    /// <summary>Whether the table says what it takes.</summary>
    public bool HasSignature => Returns != Nothing && OlderNameOf is null;

    /// <summary>Of an older name of the same interface the newer one; null of any other function.</summary>
    public string? OlderNameOf => Returns.StartsWith("=", StringComparison.Ordinal) ? Returns.Substring(1) : null;

    /// <summary>
    /// Of a twin whose default stream is the thread's own (<c>_ptsz</c>, <c>_ptds</c>) the name of the other; null of any other function.
    /// </summary>
    public string? TwinOf => Name.EndsWith("_ptsz", StringComparison.Ordinal) || Name.EndsWith("_ptds", StringComparison.Ordinal) ? Name.Substring(0, Name.Length - 5) : null;

    /// <summary>Types and names in C#.</summary>
    public string Parameters { get; }

    /// <summary>The names alone.</summary>
    public string Arguments => string.Join(", ", _parameters.Select(p => p.Substring(p.LastIndexOf(' ') + 1)));

    public string PointerType =>
        $"delegate* unmanaged<{string.Join(", ", _parameters.Select(p => p.Substring(0, p.LastIndexOf(' '))).Concat([Returns]))}>";

    private static string? Number(string field) => field == Nothing ? null : field;
}

/// <summary>The functions of one library, in the table's order.</summary>
internal sealed class NativeLibrary(string name, IReadOnlyList<NativeFunction> functions)
{
    /// <summary>As classes are named after it: <c>Driver</c>.</summary>
    public string Name { get; } = name;

    public IReadOnlyList<NativeFunction> Functions { get; } = functions;

    /// <summary>The table's lines; the first is its heading.</summary>
    public static IEnumerable<NativeLibrary> Parse(string table) => table
        .Split('\n').Skip(1).Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)
        .Select(line => new NativeFunction(line))
        .GroupBy(f => f.Library, StringComparer.Ordinal)
        .Select(g => new NativeLibrary(char.ToUpperInvariant(g.Key[0]) + g.Key.Substring(1), [.. g]));
}
