namespace CudaNet.Emulator.Cudnn;

/// <summary>A host object that describes something to cuDNN.</summary>
internal interface ICudnnDescriptor
{
    /// <summary>How messages and the leak report call it.</summary>
    static abstract string Kind { get; }
}
