using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Native memory: counted, freed, and safe to run out of at any allocation.</summary>
public sealed class MemoryTests
{
    private static readonly CpuOptions TwoThreads = new() { Threads = 2 };

    [Fact]
    public void Every_byte_is_counted_and_freed()
    {
        NativeAllocator allocator = new();
        using Model model = TestModels.Tiny();
        CpuBackend backend = new(TwoThreads, allocator);
        using (PreparedModel prepared = backend.Prepare(model.Graph, model.Parameters))
        {
            Assert.Equal(allocator.LiveBytes, prepared.Bytes);
            using Place place = prepared.CreatePlace(0);
            using Executable small = prepared.Load(Plan(model, 1), place), large = prepared.Load(Plan(model, 3), place);
            Assert.Equal(allocator.LiveBytes + StagingBytes(small) + StagingBytes(large), prepared.Bytes + small.Bytes + large.Bytes);
            Assert.True(large.Bytes > small.Bytes);
            Assert.True(small.Bytes >= small.Plan.TotalBytes);
        }

        Assert.Equal(0, allocator.LiveBytes);
    }

    /// <summary>What one photograph needs beside the weights, and what weights may need beside the parameters.</summary>
    [Fact]
    public void A_pass_at_batch_1_needs_little_beside_the_weights()
    {
        using Model model = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        using Session session = new(model, new CpuBackend(TwoThreads));
        session.Prepare(new TensorShape(1, 3, 224, 224));
        long parameters = sizeof(float) * model.Graph.Parameters.Sum(p => p.Shape.ElementCount);
        Assert.InRange(session.Memory.ExecutableBytes, 1, 20_000_000);
        Assert.InRange(session.Memory.WeightBytes, parameters, (1.05 + TwoThreads.TransformedWeights) * parameters);
    }

    /// <summary>Four tiles, whose transformed pixels two threads have each and three share: beside values, weights and a few constants there is nothing but what the step says.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_step_says_what_it_works_in(int threads)
    {
        GraphBuilder builder = new(64);
        builder.Add("conv", new Conv2d(64, 64, 3, 3, Padding: 1), builder.Input);
        using Model model = Networks.Create(builder.Build());
        using PreparedModel prepared = new CpuBackend(new CpuOptions { Threads = threads, Convolutions = CpuConvolutions.Winograd }).Prepare(model.Graph, model.Parameters);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(Planner.Plan(model.Graph, new TensorShape(1, 64, 8, 8), [], StorageLayout.Blocked16), place);
        long values = sizeof(float) * BlockedImage.Of(executable.Plan.InputShape).Elements + executable.Plan.TotalBytes;
        Assert.InRange(executable.Bytes - values - executable.Choices[0].WorkspaceBytes, 0, 8192);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, 2)]
    public void Running_out_at_any_allocation_leaks_nothing_and_says_so(int batch, int? partImages)
    {
        using Model model = TestModels.Tiny();
        int failures = 0;
        for (int failAt = 1; ; failAt++)
        {
            NativeAllocator allocator = new() { FailAt = failAt };
            try
            {
                using PreparedModel prepared = new CpuBackend(TwoThreads with { PartImages = partImages }, allocator).Prepare(model.Graph, model.Parameters);
                using Place place = prepared.CreatePlace(0);
                using Executable executable = prepared.Load(Plan(model, batch), place);
                Assert.Equal(partImages, executable.Choices[0].ImagesAtOnce);
                Assert.Equal(failures, allocator.Allocations);
                break;
            }
            catch (CudaNetException exception)
            {
                Assert.Contains("bytes", exception.Message, StringComparison.Ordinal);
                Assert.NotNull(exception.Hint);
                failures++;
            }

            Assert.Equal(0, allocator.LiveBytes);
        }

        Assert.True(failures > 40, $"{failures} allocations");
    }

    [Theory]
    [InlineData(1_000_000_000)]
    [InlineData(30_000)]
    public void A_batch_beyond_the_machine_is_refused(int batch)
    {
        NativeAllocator allocator = new();
        using Model model = TestModels.Tiny();
        using PreparedModel prepared = new CpuBackend(TwoThreads, allocator).Prepare(model.Graph, model.Parameters);
        ExecutionPlan plan = Planner.Plan(model.Graph, new TensorShape(batch, 3, 1024, 1024), [], StorageLayout.Blocked16);
        using Place place = prepared.CreatePlace(0);
        Assert.Throws<CudaNetException>(() => prepared.Load(plan, place));
        Assert.Equal(prepared.Bytes, allocator.LiveBytes);
    }

    /// <summary>An array in managed memory for each observed stage of a step, for the largest, from the beginning of a cache line on.</summary>
    private static long StagingBytes(Executable executable)
    {
        IEnumerable<(int Index, PlanStage Stage)> stages = executable.Plan.Steps.SelectMany(s => s.Stages.Where(t => t.IsObserved).Index());
        return stages.GroupBy(s => s.Index).Sum(g => NativeAllocator.Alignment + (sizeof(float) * g.Max(s => s.Stage.Shape.ElementCount)));
    }

    private static ExecutionPlan Plan(Model model, int batch) =>
        Planner.Plan(model.Graph, new TensorShape(batch, 3, 40, 52), [model.Graph.Find("layer1"), model.Graph.Find("layer2.0.conv1"), model.Graph.Find("layer2.0.bn1")], StorageLayout.Blocked16);
}
