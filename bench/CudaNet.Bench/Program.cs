using System.CommandLine;
using CudaNet.Bench;
using CudaNet.Cli;
using CudaNet.Programs;

Argument<string> golden = new("FOLDER") { Description = "The reference numbers' folder `golden`, which holds layers/layers.json." };
Command numerics = new("numerics", "Prints how far each backend is from PyTorch in double precision, as the tables of docs/numerics.md.") { golden };
numerics.SetAction(parsed => NumericsReport.Write(parsed.GetValue(golden)!));

Command kernels = new("kernels", "Counts what the hand-written kernels do on the emulated device, into kernel-counters.md of this machine's results.");
kernels.SetAction(_ => KernelReport.Write());

Option<int> turns = ValueOptions.Count("--rounds", 9, 10_000, "Rounds in alternation.");
Command concurrency = new("concurrency", "Measures what it costs callers to share one prepared model, into concurrency.md of this machine's results.") { turns };
concurrency.SetAction(parsed => ConcurrencyReport.Write(parsed.GetValue(turns)));

Argument<string> published = new("FOLDER") { Description = "Where bench/cold-start published the programs." };
Option<int> rounds = ValueOptions.Count("--rounds", 15, 10_000, "Runs of each program.");
Command coldStart = new("cold-start", "Starts programs that predict once, on CudaNet and on ONNX Runtime, into cold-start.md of this machine's results.") { published, rounds };
coldStart.SetAction(parsed => ColdStartReport.Write(parsed.GetValue(published)!, parsed.GetValue(rounds)));

Command denormals = new("denormals", "Measures what images of denormal values cost on this machine's CPU, into denormals.md of its results.");
denormals.SetAction(_ => DenormalReport.Write());

RootCommand root = new("Measures CudaNet on this machine; its results are in bench/results, in a folder named after the processor.")
{
    new PeersCommand(args),
    new MlNetCommand(args),
    numerics,
    kernels,
    concurrency,
    coldStart,
    new ObservingCommand(args),
    new StepsCommand(args),
    denormals,
    new SuitesCommand(),
};
return ProgramLine.Run(root, args);
