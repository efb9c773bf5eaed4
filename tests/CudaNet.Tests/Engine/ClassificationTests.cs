using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>Logits as a choice between classes.</summary>
public sealed class ClassificationTests
{
    [Fact]
    public void Top_is_sorted_and_of_equals_the_first_class_leads()
    {
        IReadOnlyList<ClassProbability> top = Classification.Top([1f, 3f, 1f, 2f], 3);
        Assert.Equal([1, 3, 0], top.Select(c => c.Index));
        double sum = Math.Exp(1) + Math.Exp(3) + Math.Exp(1) + Math.Exp(2);
        Assert.Equal(Math.Exp(3) / sum, top[0].Probability, 14);
        Assert.Equal(3f, top[0].Logit);
    }

    [Fact]
    public void Huge_logits_do_not_overflow()
    {
        IReadOnlyList<ClassProbability> top = Classification.Top([-3e38f, 3e38f], 9);
        Assert.Equal([1.0, 0.0], top.Select(c => c.Probability));
    }

    [Fact]
    public void A_nan_shows_in_every_probability_and_comes_last()
    {
        IReadOnlyList<ClassProbability> top = Classification.Top([float.NaN, 1f, 2f], 3);
        Assert.Equal([2, 1, 0], top.Select(c => c.Index));
        Assert.All(top, c => Assert.True(double.IsNaN(c.Probability)));
    }

    [Theory]
    [InlineData(0f, 0.5)]
    [InlineData(1.8761346f, 0.867167)]
    [InlineData(-3e38f, 0)]
    [InlineData(3e38f, 1)]
    [InlineData(float.NaN, double.NaN)]
    public void One_logit_alone_has_its_sigmoid(float logit, double probability)
    {
        ClassProbability only = Assert.Single(Classification.Top([logit], 3));
        Assert.Equal((0, logit), (only.Index, only.Logit));
        Assert.Equal(probability, only.Probability, 6);
    }

    [Fact]
    public void At_least_one_class_is_asked_for() => Assert.Throws<ArgumentOutOfRangeException>(() => Classification.Top([1f], 0));
}
