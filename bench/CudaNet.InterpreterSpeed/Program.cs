using System.Runtime;
using CudaNet.Bench;

// The same program runs on the JIT compiler and published with NativeAOT: rows of a table in Markdown.
string compiler = JitInfo.GetCompiledMethodCount() > 0 ? "JIT" : "NativeAOT";
foreach (string kernel in InterpreterSpeed.Kernels)
{
    (double best, double median) = InterpreterSpeed.Of(kernel);
    Console.WriteLine(FormattableString.Invariant($"| {kernel} | {compiler} | {median / 1e6:0} | {best / 1e6:0} |"));
}
