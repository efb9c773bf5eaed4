using System.Security.Cryptography;
using Xunit;

namespace CudaNet.Cli.Tests;

/// <summary>The digest is that of the runtime's own library, which the tool does without.</summary>
public sealed class Sha256Tests
{
    [Fact]
    public void Any_bytes_in_any_pieces_have_the_digest_of_the_runtimes_library()
    {
        byte[] bytes = new byte[3000];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length = length < 200 ? length + 1 : length + 97)
        {
            string expected = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)));
            Assert.Equal(expected, Sha256.Of(bytes.AsSpan(0, length)));
            Sha256 pieces = new();
            for (int start = 0; start < length; start += 61)
            {
                pieces.Add(bytes.AsSpan(start, Math.Min(61, length - start)));
            }

            Assert.Equal(expected, pieces.Finish());
        }
    }
}
