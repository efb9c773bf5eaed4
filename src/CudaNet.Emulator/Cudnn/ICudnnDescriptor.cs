namespace CudaNet.Emulator.Cudnn;

/// <summary>A host object that describes something to cuDNN.</summary>
internal interface ICudnnObject;

/// <summary>One that tells its kind.</summary>
internal interface ICudnnDescriptor : ICudnnObject
{
    /// <summary>How messages and the leak report call it.</summary>
    static abstract string Kind { get; }
}
