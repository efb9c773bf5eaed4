using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Graphs: what a launch runs and in which order, what it refuses, and updates.</summary>
public sealed class GraphRules
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_captured_fork_runs_in_every_order_its_joins_allow(bool joins)
    {
        int wrong = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            (EmulatedStream stream, EmulatedStream fork) = (program.Stream(), program.Stream());
            (EmulatedEvent forked, EmulatedEvent joined) = (program.Event(), program.Event());
            (ulong a, ulong b) = (program.Alloc(), program.Alloc());
            Ok(program.Begin(stream));
            Ok(program.Record(forked, stream));
            Ok(program.Wait(fork, forked));
            Ok(program.Set(fork, a, 41));
            Ok(program.Record(joined, fork));
            if (joins)
            {
                Ok(program.Wait(stream, joined));
            }

            Ok(program.Add(stream, b, a, 1));
            Ok(program.Wait(stream, joined));
            Ok(program.End(stream, out EmulatedGraph? graph));
            Ok(program.Launch(program.Instantiate(graph!), stream));
            Ok(program.Synchronize(stream));
            wrong += program.Read(b) == 42 ? 0 : 1;
        }

        Assert.InRange(wrong, joins ? 0 : 1, joins ? 0 : Seeds - 1);
    }

    [Fact]
    public void A_second_launch_follows_the_first_even_in_another_stream()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            (EmulatedStream first, EmulatedStream second) = (program.Stream(), program.Stream());
            ulong a = program.Alloc();
            Ok(program.Set(first, a, 1));
            Ok(program.Synchronize(first));
            EmulatedGraphExec exec = program.Instantiate(Capture(program, first, () => program.Enqueue(first, new TestOperation("double, plus 1", c => c.Int(a) = (2 * c.Int(a)) + 1))));
            Ok(program.Launch(exec, first));
            Ok(program.Launch(exec, second));
            Ok(program.Launch(exec, first));
            Ok(program.Synchronize(first));
            Assert.Equal(15, program.Read(a));
        }
    }

    [Fact]
    public void A_graph_reads_pageable_and_pinned_memory_at_each_launch()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        EmulatedGraphExec exec = program.Instantiate(Capture(program, stream, () => program.CopyAsync(stream, device, pinned)));
        for (int i = 0; i < 3; i++)
        {
            Host(pinned) = i;
            Ok(program.Launch(exec, stream));
            Ok(program.Synchronize(stream));
            Assert.Equal(i, program.Read(device));
        }
    }

    [Fact]
    public void A_launch_of_a_graph_whose_memory_was_freed_is_refused()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        EmulatedGraphExec exec = program.Instantiate(Capture(program, stream, () => program.Set(stream, a, 1)));
        Ok(program.Launch(exec, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(a));
        Ok(program.Synchronize(stream));
        Ok(program.Free(a));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Launch(exec, stream));
        Assert.Equal([FindingKind.FreedInUse, FindingKind.StaleGraph], program.Found);
    }

    [Fact]
    public void A_launch_of_a_graph_whose_module_was_unloaded_is_refused()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        var module = new EmulatedModule(program.Context, new object(), "module 'm'");
        module.Handle = program.Context.Own(module, LeakKind.Module, "cuModuleLoadDataEx");
        EmulatedGraphExec exec = program.Instantiate(Capture(program, stream, () => program.Enqueue(stream, new TestOperation("kernel", _ => { }, holds: [module]))));
        Ok(program.Launch(exec, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Call("cuModuleUnload", module.Unload));
        Ok(program.Synchronize(stream));
        Ok(program.Call("cuModuleUnload", module.Unload));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Launch(exec, stream));
        Assert.Equal([FindingKind.FreedInUse, FindingKind.StaleGraph], program.Found);
    }

    [Fact]
    public void A_graph_may_be_destroyed_once_it_is_instantiated_and_an_exec_once_it_is_launched()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        EmulatedGraph graph = Capture(program, stream, () => program.Set(stream, a, 6));
        EmulatedGraphExec exec = program.Instantiate(graph);
        Ok(program.Call("cuGraphDestroy", graph.Destroy));
        Ok(program.Launch(exec, stream));
        Ok(program.Call("cuGraphExecDestroy", exec.Destroy));
        Ok(program.Synchronize(stream));
        Assert.Equal(6, program.Read(a));
        Assert.Null(program.Machine.Handles.Find<EmulatedGraph>(graph.Handle));
        Assert.Null(program.Machine.Handles.Find<EmulatedGraphExec>(exec.Handle));
    }

    [Fact]
    public void An_update_takes_the_work_of_a_graph_of_the_same_form_only()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        EmulatedGraphExec exec = program.Instantiate(Capture(program, stream, () => program.Set(stream, a, 1)));
        EmulatedGraph same = Capture(program, stream, () => program.Set(stream, a, 2));
        EmulatedGraph longer = Capture(program, stream, () => program.Set(stream, a, 3) | program.Set(stream, a, 4));
        EmulatedGraph other = Capture(program, stream, () => program.Add(stream, a, a, 5));
        Assert.Equal(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, exec.Update(longer, out _));
        Assert.Equal(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED, exec.Update(other, out EmulatedGraphNode? at));
        Assert.Same(other.Nodes[0], at);
        Run(1);
        Assert.Equal(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS, exec.Update(same, out _));
        Run(2);

        void Run(int expected)
        {
            Ok(program.Launch(exec, stream));
            Ok(program.Synchronize(stream));
            Assert.Equal(expected, program.Read(a));
        }
    }

    [Fact]
    public void A_child_graph_runs_in_the_place_of_its_node()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream stream = program.Stream();
            ulong a = program.Alloc();
            EmulatedGraph child = Capture(program, stream, () => program.Add(stream, a, a, 1) | program.Enqueue(stream, new TestOperation("triple", c => c.Int(a) *= 3)));
            var graph = new EmulatedGraph(program.Machine);
            EmulatedGraphNode first = graph.Add(new FillOperation("cuMemsetD32", a, 5, 4, 1), []);
            EmulatedGraphNode middle = graph.Add(new ChildGraphOperation(child.Clone()), [first]);
            graph.Add(new TestOperation("plus 100", c => c.Int(a) += 100), [middle]);
            Ok(program.Launch(program.Instantiate(graph.Clone()), stream));
            Ok(program.Synchronize(stream));
            Assert.Equal(118, program.Read(a));
        }
    }

    [Fact]
    public void A_graph_that_goes_round_in_a_circle_is_refused()
    {
        using var program = new DeviceProgram();
        var graph = new EmulatedGraph(program.Machine);
        EmulatedGraphNode first = graph.Add(new EmptyOperation(), []);
        EmulatedGraphNode second = graph.Add(new EmptyOperation(), [first]);
        first.Depend(second);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, EmulatedGraphExec.Instantiate(graph, 0, "cuGraphInstantiateWithFlags", out _));
    }

    [Theory]
    [InlineData(0ul, 1)]
    [InlineData(1ul, 0)]
    public void An_allocation_that_a_launch_left_is_freed_by_the_next_where_asked_for(ulong flags, int answer)
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = 0;
        EmulatedGraph graph = Capture(program, stream, () =>
        {
            Ok(program.Context.Device.DefaultPool.Allocate(stream, 256, "cuMemAllocAsync", out a));
            return program.Set(stream, a, 3);
        });
        EmulatedGraphExec exec = program.Instantiate(graph, (CUgraphInstantiate_flags)flags);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, EmulatedGraphExec.Instantiate(graph, 0, "cuGraphInstantiateWithFlags", out _));
        Ok(program.Launch(exec, stream));
        Assert.Equal((CUresult)answer, program.Launch(exec, stream));
        Ok(program.Synchronize(stream));
        Assert.Equal(3, program.Read(a));
        Ok(program.Call("cuMemFreeAsync", () => EmulatedMemoryPool.Free(stream, a)));
        Ok(program.Launch(exec, stream));
        Ok(program.Synchronize(stream));
    }

    [Fact]
    public void A_disabled_node_is_passed_over()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        EmulatedGraph graph = Capture(program, stream, () => program.Set(stream, a, 1) | program.Set(stream, a, 2));
        EmulatedGraphExec exec = program.Instantiate(graph);
        exec.Of(graph.Nodes[1])!.IsEnabled = false;
        Ok(program.Launch(exec, stream));
        Ok(program.Synchronize(stream));
        Assert.Equal(1, program.Read(a));
    }

    private static EmulatedGraph Capture(DeviceProgram program, EmulatedStream stream, Func<CUresult> work)
    {
        Ok(program.Begin(stream));
        Ok(work());
        Ok(program.End(stream, out EmulatedGraph? graph));
        return graph!;
    }
}
