using System.Text;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Exports;

/// <summary>A graph in the language of Graphviz.</summary>
internal static class GraphDrawing
{
    /// <returns>False where the file cannot be written.</returns>
    public static bool Write(EmulatedGraph graph, string path)
    {
        try
        {
            File.WriteAllText(path, Draw(graph));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private static string Draw(EmulatedGraph graph)
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
