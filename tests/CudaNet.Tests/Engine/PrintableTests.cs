using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Engine;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("a photo.jpg", "a photo.jpg")]
    [InlineData("föhn 𝒳 犬", "föhn 𝒳 犬")]
    [InlineData("क्\u200dष, 👩\u200d🌾", "क्\u200dष, 👩\u200d🌾")]
    [InlineData("a\nb\r\tc", "a�b��c")]
    [InlineData("\u001b[31mred\u009b0m", "�[31mred�0m")]
    [InlineData("gpj.\u202eevil\u2066", "gpj.�evil�")]
    [InlineData("a\u2028b\u2029\u0085", "a�b��")]
    [InlineData("tag\U000E0041", "tag�")]
    public void Text_stays_on_its_line(string text, string expected) => Assert.Equal(expected, Printable.Text(text));

    /// <summary>In JSON every character survives, and none is raw.</summary>
    [Theory]
    [InlineData("{\"a\":\"b\u202e\u2066\u061c\u200f\"}", """{"a":"b\u202E\u2066\u061C\u200F"}""")]
    [InlineData("\"\u0085\u007f\U000e0041\"", """
        "\u0085\u007F\uDB40\uDC41"
        """)]
    [InlineData("\"föhn 𝒳 �\"", "\"föhn 𝒳 �\"")]
    public void Json_is_escaped(string json, string expected) => Assert.Equal(expected, Printable.Escape(json));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("a�b", Printable.Text($"a{'\ud800'}b"));

    [Fact]
    public void Long_names_are_cut_in_quotes()
    {
        Assert.Equal("'a�b'", Printable.Quote("a\nb"));
        Assert.Equal(123, Printable.Quote(new string('x', 1000)).Length);
        Assert.Equal("'0', '1' and 2 more", Printable.List(["0", "1", "2", "3"], 2));
    }
}
