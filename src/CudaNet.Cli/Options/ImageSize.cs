using System.CommandLine.Parsing;
using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Rows and columns, written <c>224x224</c>.</summary>
internal readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Reads an option's value; a wrong one becomes a usage error.</summary>
    public static ImageSize? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] sides = text.Split('x', 'X', '×');
        if (sides.Length == 2 && TrySide(sides[0], out int height) && TrySide(sides[1], out int width))
        {
            return new ImageSize(height, width);
        }

        result.AddError($"'{text}' is not a size: write HEIGHTxWIDTH, 1 to {Preprocessing.MaxSide} each, for example 224x224.");
        return null;
    }

    public override string ToString() => $"{Height}x{Width}";

    private static bool TrySide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= Preprocessing.MaxSide;
}
