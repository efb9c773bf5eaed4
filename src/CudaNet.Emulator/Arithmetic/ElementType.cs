namespace CudaNet.Emulator.Arithmetic;

/// <summary>What an element in device memory is; cuDNN and cuBLAS number the same types differently.</summary>
internal enum ElementType
{
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int8,
    UInt8,
    Int32,
}
