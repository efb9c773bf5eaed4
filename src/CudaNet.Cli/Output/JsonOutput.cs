using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Writes what <c>--json</c> promises: one object on one line. Fields are documented in <c>docs/cli.md</c>.</summary>
internal static class JsonOutput
{
    // The output is a document, not part of a web page: only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="output">Where the object goes.</param>
    /// <param name="properties">Writes the object's properties.</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> properties)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        // Inside of strings alone there can be characters that are not shown: outside all is ASCII.
        output.WriteLine(Printable.Escape(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)));
    }

    /// <summary>Writes the object to a file, which is only ever complete.</summary>
    /// <exception cref="CudaNetException">It cannot be written.</exception>
    public static void Save(string file, Action<Utf8JsonWriter> properties) => SavedText.Save(file, writer => Write(writer, properties));

    /// <summary>An array of objects, a call each.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> properties)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            properties(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>A shape as its extents, outermost first.</summary>
    public static void WriteShape(this Utf8JsonWriter json, string name, TensorShape shape)
    {
        json.WriteStartArray(name);
        foreach (int extent in shape.Extents)
        {
            json.WriteNumberValue(extent);
        }

        json.WriteEndArray();
    }

    /// <summary>A number with the digits that fp32 needs; null where it is NaN or infinite, which JSON cannot say.</summary>
    public static void WriteFinite(this Utf8JsonWriter json, string name, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A number; null where it is NaN or infinite, which JSON cannot say.</summary>
    public static void WriteFinite(this Utf8JsonWriter json, string name, double value) => json.WriteOptional(name, double.IsFinite(value) ? value : null);

    /// <summary>The same in an array.</summary>
    public static void WriteFiniteValue(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>A number, or null.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>True, false, or null.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } holds)
        {
            json.WriteBoolean(name, holds);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A whole number, or null.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
