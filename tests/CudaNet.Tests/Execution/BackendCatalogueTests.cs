using CudaNet.Engine;
using CudaNet.Kernels;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>The catalogue is every backend that is built, each with its row of the tolerance table.</summary>
public sealed class BackendCatalogueTests
{
    [Fact]
    public void Has_every_backend()
    {
        IEnumerable<Type> built = typeof(BackendCatalogue).Assembly.GetTypes().Where(t => typeof(IBackend).IsAssignableFrom(t) && !t.IsAbstract);
        Assert.Equal(built.Select(t => t.Name).Order(), BackendCatalogue.All.Select(e => $"{e.Name}Backend").Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Each_has_its_name_and_a_row_of_the_tolerance_table()
    {
        foreach (BackendEntry entry in BackendCatalogue.All)
        {
            foreach (IBackend backend in entry.Variants.Where(v => v.WhyNot is null).Select(v => v.Create(1)))
            {
                Assert.Equal(entry.Name, backend.Name);
                Assert.IsType(backend.GetType(), entry.Create(1));
                Assert.Contains(backend.Tolerance, Tolerance.Table);
            }
        }
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => BackendCatalogue.Find("abacus"));
        Assert.Contains("abacus", exception.Message, StringComparison.Ordinal);
        Assert.All(BackendCatalogue.All, e => Assert.Contains(e.Name, exception.Hint!, StringComparison.Ordinal));
        Assert.Contains("threads", Assert.Throws<CudaNetException>(() => BackendCatalogue.Find("reference").Create(2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_that_this_machine_lacks_says_why()
    {
        foreach (BackendVariant variant in BackendCatalogue.All.SelectMany(e => e.Variants))
        {
            if (variant.WhyNot is { } whyNot)
            {
                Assert.Contains(whyNot, Assert.Throws<CudaNetException>(() => variant.Create()).Message, StringComparison.Ordinal);
            }
            else
            {
                variant.Create();
            }
        }
    }
}
