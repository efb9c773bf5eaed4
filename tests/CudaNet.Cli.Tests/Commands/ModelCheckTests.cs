using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>selftest --model</c>: a whole model against the reference, in each precision that the device has.</summary>
public sealed class ModelCheckTests
{
    private readonly float[] _values = new float[3 * 33 * 32];

    public ModelCheckTests()
    {
        Random random = new(3);
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = (float)random.NextDouble();
        }
    }

    [Fact]
    public void Every_precision_of_the_device_passes_and_the_others_are_not_supported()
    {
        using Model model = TestModels.Tiny();
        Check[] checks = [.. ModelChecks.All(model, Input(), isEmulated: true)];
        string layers = $"model, {model.Graph.Layers.Count()} layers";
        Assert.Equal(
            ((string[])["fp32", "tf32", "fp16", "bf16"]).SelectMany(p => new[] { (layers, p), ("model, equal bits over 3 passes", p) }),
            checks.Select(c => (c.Name, c.Precision)));
        Assert.Contains("model, equal bits over 100 passes", ModelChecks.All(model, Input(), isEmulated: false).Select(c => c.Name));
        Assert.All(Run(EmulatedDeviceProfile.Ampere, checks).Results, r => Assert.True(r.Outcome.Verdict == Verdict.Ok, $"{r}"));
        Assert.All(
            Run(EmulatedDeviceProfile.Turing, checks).Results,
            r => Assert.Equal(r.Check.Precision is "tf32" or "bf16" ? Verdict.NotSupported : Verdict.Ok, r.Outcome.Verdict));
    }

    /// <summary>What the device computes is of another input than the reference's, from the second precision on.</summary>
    [Fact]
    public void A_layer_beyond_its_bound_is_named()
    {
        using Model model = TestModels.Tiny();
        Check[] checks = [.. ModelChecks.All(model, Input(), isEmulated: true)];
        Check spoils = new("spoils", "-", "-", _ =>
        {
            _values[0] += 100;
            return Outcome.Expect(true, "");
        });
        SelfTestReport report = Run(EmulatedDeviceProfile.Ampere, [.. checks[..2], spoils, .. checks[4..6]]);
        CheckResult failed = Assert.Single(report.Results, r => r.Outcome.Verdict != Verdict.Ok);
        Assert.Equal("fp16", failed.Check.Precision);
        Assert.Matches(@"^conv1: element \d+ is .*, expected ", failed.Outcome.Reason);
        Assert.Equal(ExitCode.BeyondTolerance, report.Code);
    }

    private static SelfTestReport Run(EmulatedDeviceProfile profile, IReadOnlyList<Check> checks)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [profile] });
        return SelfTests.OnEmulated(machine, checks, TestContext.Current.CancellationToken);
    }

    private Tensor Input() => new(new TensorShape(1, 3, 33, 32), _values);
}
