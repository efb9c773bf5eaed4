namespace CudaNet.Emulator.Cudnn;

/// <summary>A descriptor of the graph API: it exists, and nothing can be done with it.</summary>
internal sealed class BackendDescriptor : ICudnnDescriptor
{
    public static string Kind => "backend descriptor";
}
