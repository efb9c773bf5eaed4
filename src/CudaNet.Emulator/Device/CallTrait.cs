namespace CudaNet.Emulator.Device;

/// <summary>What the entry of a native call must know about the function.</summary>
[Flags]
internal enum CallTrait
{
    None = 0,

    /// <summary>Answers before cuInit, and inside host functions.</summary>
    Always = 1,

    /// <summary>Needs no current context.</summary>
    NoContext = 2,

    /// <summary>Answers as usual where the context is faulted.</summary>
    IgnoresFault = 4,

    /// <summary>Releases something: in a faulted context it does so and answers the fault.</summary>
    Releases = 8,

    /// <summary>Allocates memory of the device or pinned memory.</summary>
    Allocates = 16,

    /// <summary>Potentially unsafe while a stream captures.</summary>
    UnsafeInCapture = 32,
}
