using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Every operator of the catalogue, alone, on every backend variant, against PyTorch in double precision.</summary>
public sealed class OperatorTests
{
    public static TheoryData<string, string> Kinds => OperatorCatalogue.On(Backends.All);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Matches_PyTorch(string backendName, string kind)
    {
        IBackend backend = Backends.Create(backendName);
        List<string> beyond = [];
        foreach (OperatorCase tested in OperatorCatalogue.Row(kind).Cases.Where(c => c.IsRecorded))
        {
            (Model model, Tensor input) = CaseNetworks.Alone(tested);
            using (model)
            {
                using Session session = new(model, backend);
                Tensor actual = session.Predict(input);
                TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, tested.Output, RecordedOperators.Values(tested), backend.Tolerance);
                if (!comparison.Passed)
                {
                    beyond.Add($"{tested}: {comparison}");
                }
            }
        }

        Assert.Empty(beyond);
    }

    /// <summary>
    /// What <c>operators.py</c> is to compute, a case a line. After a change of the catalogue: approve the list, then run
    /// <c>operators.py approved/operators.jsonl operators.json</c> in <c>tests/data</c>.
    /// </summary>
    [Fact]
    public void The_recorded_cases_are_the_catalogues()
    {
        OperatorCase[] cases = [.. OperatorCatalogue.Cases.Where(c => c.IsRecorded)];
        Approved.Check("operators.jsonl", string.Concat(cases.Select(c => $"{Line(c)}\n")));
        Assert.Equal(cases.Select(c => c.Name), RecordedOperators.Names);
    }

    private static string Line(OperatorCase tested)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("name", tested.Name);
            json.WriteString("op", tested.Op.Kind);
            foreach ((string name, object value) in tested.Attributes)
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value is Padding p ? (int[])[p.Top, p.Left, p.Bottom, p.Right] : value);
            }

            WriteShape(json, "input", tested.Input);
            WriteShape(json, "shape", tested.Output);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteShape(Utf8JsonWriter json, string name, TensorShape shape)
    {
        json.WriteStartArray(name);
        foreach (int extent in shape.Extents)
        {
            json.WriteNumberValue(extent);
        }

        json.WriteEndArray();
    }
}
