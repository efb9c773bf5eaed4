using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>A request to end a run reaches a call in progress, or says that there is none.</summary>
public sealed class RunControlTests
{
    [Fact]
    public void A_request_that_comes_as_the_call_ends_says_that_no_call_will_see_it()
    {
        RunControl control = new();
        long generation = control.Begin(CancellationToken.None);
        Assert.Equal(RunControl.Entry.Busy, control.TryEnter(generation));
        control.Exit();
        Assert.False(control.RequestAbandon(generation));
        Assert.Equal(RunControl.Entry.Entered, control.TryEnter(generation));
        Assert.Throws<OperationCanceledException>(control.ThrowIfStopped);
    }

    [Fact]
    public void A_request_during_a_call_ends_it()
    {
        RunControl control = new();
        long generation = control.Begin(CancellationToken.None);
        Assert.True(control.RequestAbandon(generation));
        Assert.Throws<OperationCanceledException>(control.ThrowIfStopped);
        Assert.Throws<OperationCanceledException>(control.Exit);
    }

    [Fact]
    public void A_request_for_an_earlier_run_reaches_no_later_one()
    {
        RunControl control = new();
        long first = control.Begin(CancellationToken.None);
        control.End();
        long second = control.Begin(CancellationToken.None);
        control.RequestAbandon(first);
        control.ThrowIfStopped();
        control.Exit();
        Assert.Equal(RunControl.Entry.Ended, control.TryEnter(first));
        Assert.Equal(RunControl.Entry.Entered, control.TryEnter(second));
    }
}
