using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Texts that a person approved, under <c>tests/data/approved</c>. A difference fails and leaves the new text beside the old one as
/// <c>NAME.actual</c>; CUDANET_APPROVE=1 replaces the approved text, for a diff that is then read and committed.
/// </summary>
public static class Approved
{
    public static void Check(string name, string actual)
    {
        string path = Repository.Data(Path.Combine("approved", name));
        if (Environment.GetEnvironmentVariable("CUDANET_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        string approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved != actual)
        {
            File.WriteAllText(path + ".actual", actual);
        }

        Assert.Equal(approved, actual);
    }
}
