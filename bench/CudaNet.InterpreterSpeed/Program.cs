using System.CommandLine;
using System.Runtime;
using CudaNet.Bench;
using CudaNet.Programs;

RootCommand root = new("Prints how fast the emulated device's interpreter is on this machine: a row of a table a kernel, with the compiler and the median and best million thread-instructions a second.");
root.SetAction(_ =>
{
    // The same program runs on the JIT compiler and published with NativeAOT.
    string compiler = JitInfo.GetCompiledMethodCount() > 0 ? "JIT" : "NativeAOT";
    foreach (string kernel in InterpreterSpeed.Kernels)
    {
        (double best, double median) = InterpreterSpeed.Of(kernel);
        Console.WriteLine(FormattableString.Invariant($"| {kernel} | {compiler} | {median / 1e6:0} | {best / 1e6:0} |"));
    }
});
return ProgramLine.Run(root, args);
