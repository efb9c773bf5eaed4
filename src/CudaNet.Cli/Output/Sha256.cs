using Org.BouncyCastle.Crypto.Digests;

namespace CudaNet.Cli;

/// <summary>
/// SHA-256 (FIPS 180-4) as hexadecimal digits. Not <c>System.Security.Cryptography</c>'s, which needs OpenSSL on Linux and ends the process where it is not installed.
/// </summary>
internal sealed class Sha256
{
    private readonly Sha256Digest _digest = new();

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Sha256 hash = new();
        hash.Add(bytes);
        return hash.Finish();
    }

    public void Add(ReadOnlySpan<byte> bytes) => _digest.BlockUpdate(bytes);

    /// <summary>The digest of what was added.</summary>
    public string Finish()
    {
        Span<byte> hash = stackalloc byte[_digest.GetDigestSize()];
        _digest.DoFinal(hash);
        return Convert.ToHexStringLower(hash);
    }
}
