using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Tests that change something the whole process shares run after the others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
