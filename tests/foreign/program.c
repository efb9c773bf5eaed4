/* A program in C that computes with the driver's functions and checks its numbers itself. "program kernels.ptx" ends with 0 where all is right;
   "program kernels.ptx out-of-bounds" launches over more elements than there are, and ends with 0 where the device says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cuda.h"

#define COUNT 1024
#define BLOCK 128

static void check(CUresult result, const char *call, int line) {
    if (result != CUDA_SUCCESS) {
        const char *name = "?";
        cuGetErrorName(result, &name);
        fprintf(stderr, "program.c:%d: %s answered %s (%d)\n", line, call, name, result);
        exit(1);
    }
}
#define CU(call) check(call, #call, __LINE__)

static void expect(int truth, const char *what, int line) {
    if (!truth) {
        fprintf(stderr, "program.c:%d: not so: %s\n", line, what);
        exit(1);
    }
}
#define EXPECT(truth) expect(truth, #truth, __LINE__)

static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    EXPECT(file != NULL);
    char *text = calloc(1, 1 << 16);
    EXPECT(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

static void count_call(void *data) { ++*(int *)data; }

static void launch_saxpy(CUfunction saxpy, CUdeviceptr y, CUdeviceptr x, float a, unsigned n, CUstream stream) {
    void *parameters[] = {&y, &x, &a, &n};
    CU(cuLaunchKernel(saxpy, (n + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 1, 1, 0, stream, parameters, NULL));
}

/* The linker makes an image of the text; wrong text is refused with its line in the log. */
static CUmodule load(char *ptx) {
    char log[1024] = "";
    int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {log, (void *)sizeof log};
    CUmodule broken, module;
    EXPECT(cuModuleLoadDataEx(&broken, ".version 6.5\n.target sm_75\n.address_size 64\n.nonsense\n", 2, options, values) == CUDA_ERROR_INVALID_PTX);
    EXPECT(strstr(log, "4") != NULL && strlen(log) == (unsigned)(size_t)values[1]);

    CUlinkState linker;
    void *image;
    size_t bytes;
    CU(cuLinkCreate_v2(0, NULL, NULL, &linker));
    CU(cuLinkAddData_v2(linker, CU_JIT_INPUT_PTX, ptx, strlen(ptx) + 1, "kernels.ptx", 0, NULL, NULL));
    CU(cuLinkComplete(linker, &image, &bytes));
    CU(cuModuleLoadData(&module, image));
    CU(cuLinkDestroy(linker));
    return module;
}

/* Two streams, an event between them: one copies in and scales, the other sums and copies out. */
static void streams(CUfunction saxpy, CUfunction sums, float *in, float *out, CUdeviceptr x, CUdeviceptr y, CUdeviceptr s) {
    CUstream first, second;
    CUevent ready;
    CU(cuStreamCreate(&first, CU_STREAM_NON_BLOCKING));
    CU(cuStreamCreate(&second, CU_STREAM_NON_BLOCKING));
    CU(cuEventCreate(&ready, CU_EVENT_DISABLE_TIMING));
    for (int i = 0; i < COUNT; i++) {
        in[i] = (float)(i % 7);
    }

    CU(cuMemcpyHtoDAsync_v2(x, in, COUNT * sizeof(float), first));
    CU(cuMemsetD32Async(y, 0x3f800000, COUNT, first));
    launch_saxpy(saxpy, y, x, 2, COUNT, first);
    CU(cuEventRecord(ready, first));
    CUresult state = cuEventQuery(ready);
    EXPECT(state == CUDA_SUCCESS || state == CUDA_ERROR_NOT_READY);
    CU(cuStreamWaitEvent(second, ready, 0));
    void *parameters[] = {&s, &y};
    CU(cuLaunchKernel(sums, COUNT / BLOCK, 1, 1, BLOCK, 1, 1, 0, second, parameters, NULL));
    CU(cuMemcpyDtoHAsync_v2(out, s, COUNT / BLOCK * sizeof(float), second));
    int calls = 0;
    CU(cuLaunchHostFunc(second, count_call, &calls));
    CU(cuStreamSynchronize(second));
    EXPECT(calls == 1);
    for (int block = 0; block < COUNT / BLOCK; block++) {
        float sum = 0;
        for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
            sum += 2 * (float)(i % 7) + 1;
        }

        EXPECT(out[block] == sum);
    }

    CU(cuEventDestroy_v2(ready));
    CU(cuStreamDestroy_v2(first));
    CU(cuStreamDestroy_v2(second));
}

/* A captured graph adds 3*x to y at each launch; x is read anew each time. */
static void graph(CUfunction saxpy, float *in, float *out, CUdeviceptr x, CUdeviceptr y) {
    CUstream stream;
    CUgraph captured;
    CUgraphExec exec;
    size_t nodes;
    CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CU(cuMemsetD32Async(y, 0, COUNT, stream));
    CU(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    CU(cuMemcpyHtoDAsync_v2(x, in, COUNT * sizeof(float), stream));
    launch_saxpy(saxpy, y, x, 3, COUNT, stream);
    CU(cuMemcpyDtoHAsync_v2(out, y, COUNT * sizeof(float), stream));
    CU(cuStreamEndCapture(stream, &captured));
    CU(cuGraphGetNodes(captured, NULL, &nodes));
    EXPECT(nodes == 3);
    CU(cuGraphInstantiateWithFlags(&exec, captured, 0));
    CU(cuGraphDestroy(captured));
    for (int launch = 1; launch <= 4; launch++) {
        for (int i = 0; i < COUNT; i++) {
            in[i] = (float)launch;
        }

        CU(cuGraphLaunch(exec, stream));
        CU(cuStreamSynchronize(stream));
        for (int i = 0; i < COUNT; i++) {
            EXPECT(out[i] == 3.0f * launch * (launch + 1) / 2);
        }
    }

    CU(cuGraphExecDestroy(exec));
    CU(cuStreamDestroy_v2(stream));
}

int main(int argc, char **argv) {
    EXPECT(argc >= 2);
    CUdevice device;
    CUcontext context;
    char name[256];
    void *found;
    int version, status;
    CU(cuInit(0));
    CU(cuDriverGetVersion(&version));
    CU(cuDeviceGet(&device, 0));
    CU(cuDeviceGetName(name, sizeof name, device));
    CU(cuGetProcAddress_v2("cuMemAlloc", &found, version, 0, &status));
    EXPECT(found != NULL && status == 0);
    CU(cuDevicePrimaryCtxRetain(&context, device));
    CU(cuCtxSetCurrent(context));

    char *ptx = read_text(argv[1]);
    CUmodule module = load(ptx);
    CUfunction saxpy, sums;
    CU(cuModuleGetFunction(&saxpy, module, "saxpy"));
    CU(cuModuleGetFunction(&sums, module, "block_sums"));
    CUdeviceptr x, y, s;
    float *in, *out;
    CU(cuMemAlloc_v2(&x, COUNT * sizeof(float)));
    CU(cuMemAlloc_v2(&y, COUNT * sizeof(float)));
    CU(cuMemAlloc_v2(&s, COUNT / BLOCK * sizeof(float)));
    CU(cuMemHostAlloc((void **)&in, COUNT * sizeof(float), 0));
    CU(cuMemHostAlloc((void **)&out, COUNT * sizeof(float), 0));

    if (argc > 2 && strcmp(argv[2], "out-of-bounds") == 0) {
        CU(cuMemsetD32Async(x, 0, COUNT, NULL));
        CU(cuMemsetD32Async(y, 0, COUNT, NULL));
        launch_saxpy(saxpy, y, x, 1, COUNT + 1, NULL);
        EXPECT(cuCtxSynchronize() == CUDA_ERROR_ILLEGAL_ADDRESS);
        EXPECT(cuMemFree_v2(x) == CUDA_ERROR_ILLEGAL_ADDRESS);
        printf("program.c: %s reported the access out of bounds\n", name);
        return 0;
    }

    streams(saxpy, sums, in, out, x, y, s);
    graph(saxpy, in, out, x, y);
    CU(cuMemFreeHost(out));
    CU(cuMemFreeHost(in));
    CU(cuMemFree_v2(s));
    CU(cuMemFree_v2(y));
    CU(cuMemFree_v2(x));
    CU(cuModuleUnload(module));
    CU(cuDevicePrimaryCtxRelease_v2(device));
    free(ptx);
    printf("program.c: all numbers right on %s, driver %d\n", name, version);
    return 0;
}
