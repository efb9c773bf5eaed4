"""PyTorch's ResNet-18 on a GPU, measured as `cudanet profile` measures: eager, channels last, or compiled with CUDA graphs. Prints one JSON object.

Usage: torch_resnet18.py eager|channels_last|compiled fp32|tf32|fp16|bf16 BATCH SIZE
The weights are random: they change no time. Needs torch and torchvision (or timm).
"""
import json
import statistics
import sys
import time

import torch

mode, precision, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
try:
    from torchvision.models import resnet18
except ImportError:
    from timm.models.resnet import resnet18

torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
torch.backends.cudnn.benchmark = True
dtype = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(precision, torch.float32)
model = resnet18().eval().cuda().to(dtype)
host = torch.rand(batch, 3, size, size).pin_memory()
layout = torch.contiguous_format if mode == "eager" else torch.channels_last
model = model.to(memory_format=layout)
run = torch.compile(model, mode="reduce-overhead") if mode == "compiled" else model


def one_pass():
    """From fp32 values on the host to logits on the host."""
    with torch.inference_mode():
        x = host.to("cuda", non_blocking=True).to(dtype, memory_format=layout)
        return run(x).float().cpu()


for _ in range(5):
    one_pass()
start = time.perf_counter()
while time.perf_counter() - start < 0.2:
    one_pass()
times, start = [], time.perf_counter()
while len(times) < 1000 or time.perf_counter() - start < 3:
    begun = time.perf_counter()
    one_pass()
    times.append(1000 * (time.perf_counter() - begun))
wall = time.perf_counter() - start
times.sort()
print(json.dumps({
    "peer": f"PyTorch {torch.__version__} {mode}", "device": torch.cuda.get_device_name(), "precision": precision, "batch": batch, "size": size, "passes": len(times),
    "p50Ms": statistics.median(times), "p90Ms": times[int(0.9 * len(times))], "p99Ms": times[int(0.99 * len(times))], "imagesPerSecond": batch * len(times) / wall,
}))
