Console.Error.WriteLine("cudanet: no command yet");
return 2;
