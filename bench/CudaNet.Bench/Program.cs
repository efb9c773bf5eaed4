using BenchmarkDotNet.Running;
using CudaNet.Bench;
using CudaNet.Engine;

if (args is ["numerics", string golden])
{
    NumericsReport.Write(golden);
    return 0;
}

if (args is ["kernels"])
{
    KernelReport.Write();
    return 0;
}

if (args is ["concurrency"])
{
    ConcurrencyReport.Write();
    return 0;
}

if (args is not ["peers", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

try
{
    PeerComparison.Run(PeerOptions.Parse(args.AsSpan(1)));
    return 0;
}
catch (CudaNetException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
