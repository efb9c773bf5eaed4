using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>The library's machine is the process's: its tests run one after the other.</summary>
[CollectionDefinition(nameof(OneMachine), DisableParallelization = true)]
public sealed class OneMachine;
