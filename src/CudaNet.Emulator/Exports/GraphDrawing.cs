using System.Text;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Exports;

/// <summary>A graph in the language of Graphviz.</summary>
internal static class GraphDrawing
{
    /// <summary>Writes a drawing. A disk may be slow, and a pipe without a reader: nobody who writes holds a machine's gate.</summary>
    /// <returns>False where the file cannot be written.</returns>
    public static bool Write(string drawing, string path)
    {
        try
        {
            File.WriteAllText(path, drawing);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The graph as it is now; under the machine's gate.</summary>
    public static string Draw(EmulatedGraph graph)
    {
        var text = new StringBuilder("digraph dot {\n");
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            EmulatedGraphNode node = graph.Nodes[i];
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  \"{i}\" [label=\"{i}\\n{node.Operation.Name.Replace('"', '\'')}\"];\n");
            foreach (EmulatedGraphNode earlier in node.Dependencies)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  \"{graph.Nodes.ToList().IndexOf(earlier)}\" -> \"{i}\";\n");
            }
        }

        return text.Append("}\n").ToString();
    }
}
