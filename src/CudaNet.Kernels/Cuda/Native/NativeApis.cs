namespace CudaNet.Kernels.Cuda.Native;

// Their members are made from functions.tsv, in which every native function stands once.

/// <summary>The driver functions CudaNet calls, under their exact exported names: the plain names of many are older ABIs with 32-bit sizes.</summary>
internal sealed unsafe partial class DriverApi;

/// <summary>The cuDNN functions CudaNet calls, of 8.9 and 9: the version checks have other names in each, and 8.9 lacks the last error string.</summary>
internal sealed unsafe partial class CudnnApi;

/// <summary>The cuBLAS functions CudaNet calls. The names without <c>_v2</c> that take no handle are the API before CUDA 4 and are never bound.</summary>
internal sealed unsafe partial class CublasApi;

/// <summary>The cublasLt functions CudaNet calls.</summary>
internal sealed unsafe partial class CublasLtApi;
