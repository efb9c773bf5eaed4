"""ONNX Runtime's CUDA provider on a model.onnx, measured as `cudanet profile` measures. Prints one JSON object.

Usage: onnxruntime_resnet18.py MODEL.onnx BATCH SIZE
Needs onnxruntime-gpu and numpy. The model's precision is its own.
"""
import json
import statistics
import sys
import time

import numpy
import onnxruntime

path, batch, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
session = onnxruntime.InferenceSession(path, providers=["CUDAExecutionProvider"])
if session.get_providers()[0] != "CUDAExecutionProvider":
    sys.exit("onnxruntime has no CUDA provider here")
feed = {session.get_inputs()[0].name: numpy.random.default_rng(1).random((batch, 3, size, size), dtype=numpy.float32)}
start = time.perf_counter()
while time.perf_counter() - start < 0.2:
    session.run(None, feed)
times, start = [], time.perf_counter()
while len(times) < 1000 or time.perf_counter() - start < 3:
    begun = time.perf_counter()
    session.run(None, feed)
    times.append(1000 * (time.perf_counter() - begun))
wall = time.perf_counter() - start
times.sort()
print(json.dumps({
    "peer": f"ONNX Runtime {onnxruntime.__version__} CUDA", "precision": "the model's", "batch": batch, "size": size, "passes": len(times),
    "p50Ms": statistics.median(times), "p90Ms": times[int(0.9 * len(times))], "p99Ms": times[int(0.99 * len(times))], "imagesPerSecond": batch * len(times) / wall,
}))
