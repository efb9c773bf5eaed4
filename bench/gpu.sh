#!/usr/bin/env bash
# Proves the CUDA floor on a machine with a GPU, which needs neither the .NET SDK nor a network.
#   bench/gpu.sh publish FOLDER   here: puts the tool, as one native program, and this script into FOLDER, to be copied there
#   FOLDER/gpu.sh [DEVICE]        there: runs `cudanet doctor` and `cudanet selftest` on the GPU of that number (default 0), and writes what they
#                                 say to FOLDER/results as text and JSON
# NVIDIA's libraries are those of a toolkit, of PyTorch's wheels, or of the folders in CUDANET_CUDA_PATH. The exit code is the self-test's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
most_bytes=60000000

publish() {
  local out=$1 bytes
  mkdir -p "$out"
  # AVX is what every x86-64 machine with a GPU has; AVX2 is chosen there, where it is (docs/decisions/0002-simd-and-nativeaot.md).
  local rid=linux-x64
  [ "$(uname -m)" = x86_64 ] || rid=linux-arm64
  dotnet publish "$here/../src/CudaNet.Cli" -c Release -r "$rid" -p:IlcInstructionSet="$([ "$rid" = linux-x64 ] && echo avx)" -o "$out" -v quiet --nologo
  rm -f "$out"/*.dbg "$out"/*.pdb
  cp "$here/gpu.sh" "$out/gpu.sh"
  bytes=$(du -sb "$out" | cut -f 1)
  [ "$bytes" -le "$most_bytes" ] || { echo "$out has $bytes bytes, more than $most_bytes" >&2; exit 1; }
  echo "$out: $bytes bytes"
}

# The folders of the Python that is first on the path, where PyTorch's wheels keep NVIDIA's libraries.
site_packages() {
  command -v python3 >/dev/null || return 0
  python3 -c 'import site, sysconfig; print(":".join(dict.fromkeys([sysconfig.get_path("purelib"), *site.getsitepackages(), site.getusersitepackages()])))' 2>/dev/null || true
}

prove() {
  local device=$1 results=$here/results code=0 folders
  folders=$(site_packages)
  export CUDANET_CUDA_PATH=${CUDANET_CUDA_PATH:-}${CUDANET_CUDA_PATH:+${folders:+:}}$folders
  mkdir -p "$results"
  rm -f "$results"/{doctor,selftest}.{txt,json}
  "$here/cudanet" doctor --json >"$results/doctor.json"
  "$here/cudanet" doctor | tee "$results/doctor.txt"
  echo
  "$here/cudanet" selftest --backend "cuda:$device" --times --output "$results/selftest.json" 2>&1 | tee "$results/selftest.txt" || code=$?
  echo "results in $results, exit code $code"
  return "$code"
}

case ${1:-} in
  publish)
    [ "$#" -eq 2 ] || { echo "wrong arguments: bench/gpu.sh publish FOLDER" >&2; exit 2; }
    publish "$2" ;;
  -h | --help) sed -nE '2,7s/^# ?//p' "$0" ;;
  *[!0-9]*) echo "unknown argument $1; --help shows what there is" >&2; exit 2 ;;
  *)
    [ "$#" -le 1 ] || { echo "unknown argument $2; --help shows what there is" >&2; exit 2; }
    [ -x "$here/cudanet" ] || { echo "there is no cudanet beside this script: bench/gpu.sh publish FOLDER makes a folder that has it" >&2; exit 2; }
    prove "${1:-0}" ;;
esac
