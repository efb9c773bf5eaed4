using Microsoft.CodeAnalysis;

namespace CudaNet.NativeFunctions;

/// <summary>
/// Makes code from <c>functions.tsv</c>, where every native function stands once: with <c>NativeFunctions=Imports</c> the tables of function pointers that
/// CudaNet calls, with <c>NativeFunctions=Exports</c> the entry points of the emulated libraries and the tables of their addresses, with
/// <c>NativeFunctions=Calls</c> tables of all functions of the driver, for tests.
/// </summary>
[Generator]
public sealed class NativeFunctionGenerator : IIncrementalGenerator
{
    private const string TableName = "functions.tsv";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<string> role = context.AnalyzerConfigOptionsProvider.Select((options, _) =>
            options.GlobalOptions.TryGetValue("build_property.NativeFunctions", out string? value) ? value : "");
        IncrementalValuesProvider<string> table = context.AdditionalTextsProvider
            .Where(text => System.IO.Path.GetFileName(text.Path) == TableName)
            .Select((text, cancellation) => text.GetText(cancellation)?.ToString() ?? "");
        context.RegisterSourceOutput(table.Combine(role), (output, pair) =>
        {
            foreach (NativeLibrary library in NativeLibrary.Parse(pair.Left))
            {
                if (pair.Right == "Imports")
                {
                    output.AddSource($"{library.Name}Api.g.cs", Imports.Of(library));
                }
                else if (pair.Right == "Exports")
                {
                    output.AddSource($"{library.Name}EntryPoints.g.cs", Exports.Of(library));
                }
                else if (pair.Right == "Calls" && library.Name == "Driver")
                {
                    output.AddSource("DriverCalls.g.cs", Imports.All(library));
                }
            }
        });
    }
}
