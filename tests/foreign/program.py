"""A program in Python that computes with the driver's functions over ctypes and checks its numbers itself.

`program.py kernels.ptx` ends with 0 where all is right; `program.py kernels.ptx freed` copies from memory that was freed, and ends with 0 where the
device says so.
"""
import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_float, c_int, c_size_t, c_uint, c_ulonglong, c_void_p

COUNT, BLOCK = 1000, 128
INVALID_VALUE, NOT_FOUND = 1, 500
STREAM_NON_BLOCKING, CAPTURE_THREAD_LOCAL = 1, 1

driver = ctypes.CDLL("libcuda.so.1")
SIGNATURES = {
    "cuInit": [c_uint],
    "cuGetErrorName": [c_int, POINTER(c_char_p)],
    "cuDeviceGetCount": [POINTER(c_int)],
    "cuDeviceGet": [POINTER(c_int), c_int],
    "cuDeviceGetAttribute": [POINTER(c_int), c_int, c_int],
    "cuDevicePrimaryCtxRetain": [POINTER(c_void_p), c_int],
    "cuDevicePrimaryCtxRelease_v2": [c_int],
    "cuCtxSetCurrent": [c_void_p],
    "cuMemAlloc_v2": [POINTER(c_ulonglong), c_size_t],
    "cuMemFree_v2": [c_ulonglong],
    "cuMemHostAlloc": [POINTER(c_void_p), c_size_t, c_uint],
    "cuMemFreeHost": [c_void_p],
    "cuMemcpyHtoD_v2": [c_ulonglong, c_void_p, c_size_t],
    "cuMemcpyDtoH_v2": [c_void_p, c_ulonglong, c_size_t],
    "cuMemcpyHtoDAsync_v2": [c_ulonglong, c_void_p, c_size_t, c_void_p],
    "cuMemcpyDtoHAsync_v2": [c_void_p, c_ulonglong, c_size_t, c_void_p],
    "cuMemsetD32Async": [c_ulonglong, c_uint, c_size_t, c_void_p],
    "cuStreamCreate": [POINTER(c_void_p), c_uint],
    "cuStreamDestroy_v2": [c_void_p],
    "cuStreamSynchronize": [c_void_p],
    "cuStreamWaitEvent": [c_void_p, c_void_p, c_uint],
    "cuEventCreate": [POINTER(c_void_p), c_uint],
    "cuEventRecord": [c_void_p, c_void_p],
    "cuEventSynchronize": [c_void_p],
    "cuEventElapsedTime": [POINTER(c_float), c_void_p, c_void_p],
    "cuEventDestroy_v2": [c_void_p],
    "cuModuleLoadData": [POINTER(c_void_p), c_char_p],
    "cuModuleUnload": [c_void_p],
    "cuModuleGetFunction": [POINTER(c_void_p), c_void_p, c_char_p],
    "cuLaunchKernel": [c_void_p, *[c_uint] * 7, c_void_p, POINTER(c_void_p), POINTER(c_void_p)],
    "cuStreamBeginCapture_v2": [c_void_p, c_int],
    "cuStreamEndCapture": [c_void_p, POINTER(c_void_p)],
    "cuGraphInstantiateWithFlags": [POINTER(c_void_p), c_void_p, c_ulonglong],
    "cuGraphLaunch": [c_void_p, c_void_p],
    "cuGraphExecDestroy": [c_void_p],
    "cuGraphDestroy": [c_void_p],
}
for name, arguments in SIGNATURES.items():
    function = getattr(driver, name)
    function.argtypes, function.restype = arguments, c_int


def status(name, *arguments):
    return getattr(driver, name)(*arguments)


def call(name, *arguments):
    result = status(name, *arguments)
    if result != 0:
        text = c_char_p()
        driver.cuGetErrorName(result, byref(text))
        sys.exit(f"program.py: {name} answered {text.value} ({result})")


def made(kind, name, *arguments):
    """What a call hands back through its first parameter."""
    value = kind()
    call(name, byref(value), *arguments)
    return value


def expect(truth, what):
    if not truth:
        sys.exit(f"program.py: not so: {what}")


def pinned(count):
    pointer = made(c_void_p, "cuMemHostAlloc", count * 4, 0)
    return pointer, (c_float * count).from_address(pointer.value)


def launch(function, stream, count, *values):
    """The parameters as one packed buffer of the kernel's layout, as launchers of other languages pass them."""
    class Packed(ctypes.Structure):
        _fields_ = [(f"p{i}", type(value)) for i, value in enumerate(values)]

    buffer = Packed(*values)
    size = c_size_t(Packed.p3.offset + 4 if len(values) == 4 else ctypes.sizeof(Packed))
    extra = (c_void_p * 5)(1, ctypes.addressof(buffer), 2, ctypes.addressof(size), 0)
    call("cuLaunchKernel", function, -(-count // BLOCK), 1, 1, BLOCK, 1, 1, 0, stream, None, extra)


def streams(saxpy, x, y, source, result):
    first = made(c_void_p, "cuStreamCreate", STREAM_NON_BLOCKING)
    second = made(c_void_p, "cuStreamCreate", STREAM_NON_BLOCKING)
    begin, end = made(c_void_p, "cuEventCreate", 0), made(c_void_p, "cuEventCreate", 0)
    for i in range(COUNT):
        source[1][i] = i
    call("cuEventRecord", begin, first)
    call("cuMemcpyHtoDAsync_v2", x, source[0], COUNT * 4, first)
    call("cuMemsetD32Async", y, 0, COUNT, first)
    launch(saxpy, first, COUNT, y, x, c_float(0.5), c_uint(COUNT))
    call("cuEventRecord", end, first)
    call("cuStreamWaitEvent", second, end, 0)
    call("cuMemcpyDtoHAsync_v2", result[0], y, COUNT * 4, second)
    call("cuStreamSynchronize", second)
    call("cuEventSynchronize", end)
    elapsed = c_float()
    call("cuEventElapsedTime", byref(elapsed), begin, end)
    expect(elapsed.value >= 0, "an elapsed time is not negative")
    expect(all(result[1][i] == 0.5 * i for i in range(COUNT)), "saxpy's numbers")
    for event in (begin, end):
        call("cuEventDestroy_v2", event)
    for stream in (first, second):
        call("cuStreamDestroy_v2", stream)


def graph(saxpy, x, y, source, result):
    stream = made(c_void_p, "cuStreamCreate", STREAM_NON_BLOCKING)
    call("cuStreamBeginCapture_v2", stream, CAPTURE_THREAD_LOCAL)
    call("cuMemsetD32Async", y, 0, COUNT, stream)
    call("cuMemcpyHtoDAsync_v2", x, source[0], COUNT * 4, stream)
    launch(saxpy, stream, COUNT, y, x, c_float(2), c_uint(COUNT))
    call("cuMemcpyDtoHAsync_v2", result[0], y, COUNT * 4, stream)
    captured = made_last("cuStreamEndCapture", stream)
    executable = made(c_void_p, "cuGraphInstantiateWithFlags", captured, 0)
    for turn in range(3):
        for i in range(COUNT):
            source[1][i] = i + turn
        call("cuGraphLaunch", executable, stream)
        call("cuStreamSynchronize", stream)
        expect(all(result[1][i] == 2 * (i + turn) for i in range(COUNT)), f"the graph's numbers in turn {turn}")
    call("cuGraphExecDestroy", executable)
    call("cuGraphDestroy", captured)
    call("cuStreamDestroy_v2", stream)


def made_last(name, *arguments):
    value = c_void_p()
    call(name, *arguments, byref(value))
    return value


def main():
    call("cuInit", 0)
    expect(made(c_int, "cuDeviceGetCount").value > 0, "there is a device")
    device = made(c_int, "cuDeviceGet", 0)
    expect(made(c_int, "cuDeviceGetAttribute", 10, device).value == 32, "a warp has 32 lanes")
    context = made(c_void_p, "cuDevicePrimaryCtxRetain", device)
    call("cuCtxSetCurrent", context)
    with open(sys.argv[1], "rb") as text:
        module = made(c_void_p, "cuModuleLoadData", text.read() + b"\0")
    saxpy = made(c_void_p, "cuModuleGetFunction", module, b"saxpy")
    expect(status("cuModuleGetFunction", byref(c_void_p()), module, b"absent") == NOT_FOUND, "an unknown kernel is not found")
    x, y = (made(c_ulonglong, "cuMemAlloc_v2", COUNT * 4) for _ in range(2))
    source, result = pinned(COUNT), pinned(COUNT)
    if sys.argv[2:] == ["freed"]:
        call("cuMemFree_v2", x)
        expect(status("cuMemcpyDtoH_v2", result[0], x, 4) == INVALID_VALUE, "memory that was freed is not read")
        print("program.py: the read of freed memory was reported")
        return
    streams(saxpy, x, y, source, result)
    graph(saxpy, x, y, source, result)
    for pointer, _ in (source, result):
        call("cuMemFreeHost", pointer)
    for memory in (x, y):
        call("cuMemFree_v2", memory)
    call("cuModuleUnload", module)
    call("cuDevicePrimaryCtxRelease_v2", device)
    print("program.py: all numbers right")


main()
