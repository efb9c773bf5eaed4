#!/usr/bin/env bash
# Proves CudaNet on a machine with a GPU, which needs neither the .NET SDK nor a network, and measures passes there.
#   bench/gpu.sh publish FOLDER                 here: puts the tool as one native program, a model, a photograph and this script into FOLDER, to be copied there
#   FOLDER/gpu.sh [DEVICE] [--quick] [--again]  there, on the GPU of that number (default 0): `cudanet doctor`; `cudanet selftest` with every layer of the model
#                                               in each precision and equal bits over 100 passes, after questions that documents alone answer (events of graphs, what can be
#                                               captured); `cudanet profile` for each precision, batch and size in both scenarios, and one thing changed at a time;
#                                               PyTorch, ONNX Runtime and trtexec where they are there (bench/peers). All of it goes to FOLDER/results as text and JSON, report.md and report.json on top.
# What is done is not done again by the next start; --again removes the results first. --quick runs a few short rows.
# NVIDIA's libraries are those of a toolkit, of PyTorch's wheels, or of the folders in CUDANET_CUDA_PATH. An emulated device gets no times. The exit code is 0
# where every check passed and every row ran with equal bits.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
most_bytes=60000000
model=resnet18-leaf.safetensors
image=chelsea.jpg

publish() {
  local out=$1 bytes root=$here/..
  mkdir -p "$out"
  # AVX is what every x86-64 machine with a GPU has; AVX2 is chosen there, where it is (docs/decisions/0002-simd-and-nativeaot.md).
  local rid=linux-x64
  [ "$(uname -m)" = x86_64 ] || rid=linux-arm64
  dotnet publish "$root/src/CudaNet.Cli" -c Release -r "$rid" -p:IlcInstructionSet="$([ "$rid" = linux-x64 ] && echo avx)" -o "$out" -v quiet --nologo
  rm -f "$out"/*.dbg "$out"/*.pdb
  cp "$here/gpu.sh" "$root/models/$model" "$root/models/${model%.safetensors}.labels.txt" "$root/samples/$image" "$root/samples/SOURCES.md" "$out"
  rm -rf "$out/peers"
  cp -r "$here/peers" "$out/peers"
  bytes=$(du -sb --exclude=results "$out" | cut -f 1)
  [ "$bytes" -le "$most_bytes" ] || { echo "$out has $bytes bytes, more than $most_bytes" >&2; exit 1; }
  echo "$out: $bytes bytes"
}

# The folders of the Python that is first on the path, where PyTorch's wheels keep NVIDIA's libraries.
site_packages() {
  command -v python3 >/dev/null || return 0
  python3 -c 'import site, sysconfig; print(":".join(dict.fromkeys([sysconfig.get_path("purelib"), *site.getsitepackages(), site.getusersitepackages()])))' 2>/dev/null || true
}

# What doctor.txt says of the device, after its number and the words $1.
doctor_says() { sed -nE "s/^CUDA device $device$1  +//p" "$results/doctor.txt"; }

# Results of one device, driver and tool are never mixed with another's.
claim_results() {
  local identity
  identity=$("$here/cudanet" --version; doctor_says ""; grep -E '^(CUDA driver|cuDNN) ' "$results/doctor.txt" || true)
  if [ -f "$results/identity.txt" ] && [ "$identity" != "$(cat "$results/identity.txt")" ]; then
    echo "the results in $results are of another device, driver, cuDNN or tool: --again removes them, or move them away" >&2
    exit 2
  fi
  echo "$identity" >"$results/identity.txt"
}

# Clocks, ECC and power as nvidia-smi names them, a field at a time: old and new versions know different names.
machine() {
  local uuid field value
  printf 'machine\t%s, %s\n' "$(uname -srm)" "$(sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)"
  uuid=$(doctor_says "" | grep -oE 'GPU-[0-9a-f-]+$' || true)
  if ! command -v nvidia-smi >/dev/null || ! nvidia-smi -i "${uuid:-0}" >/dev/null 2>&1; then
    printf 'clocks (locked or not), ECC, power limit\tunknown: nvidia-smi is not there, or does not know this device\n'
    return
  fi
  for field in driver_version clocks.sm clocks.max.sm clocks.applications.graphics clocks_throttle_reasons.applications_clocks_setting \
    clocks_event_reasons.applications_clocks_setting ecc.mode.current power.limit persistence_mode compute_mode mig.mode.current pcie.link.gen.current pcie.link.width.current; do
    value=$(nvidia-smi -i "$uuid" --query-gpu="$field" --format=csv,noheader 2>/dev/null) || continue
    printf 'nvidia-smi %s\t%s\n' "$field" "$value"
  done
}

self_test() {
  if [ -f "$results/selftest.passed" ]; then
    echo "selftest: passed before"
    return 0
  fi
  "$here/cudanet" selftest --backend "cuda:$device" --times --model "$here/$model" --image "$here/$image" --output "$results/selftest.json" 2>&1 | tee "$results/selftest.txt" || return $?
  touch "$results/selftest.passed"
}

# Ends the script too, where Ctrl+C or SIGTERM ended the tool.
stop_if_signalled() {
  case $1 in 130 | 143) echo "$2: stopped; the same command goes on from here" >&2; exit "$1" ;; esac
}

# One row: written beside and then renamed by the tool, so that what is there is whole. Exit code 1 means that it ran and bits differ, which the row says.
row() {
  local name=$1 code=0
  shift
  if [ -f "$results/rows/$name.json" ]; then
    skipped=$((skipped + 1))
    return 0
  fi
  rm -f "$results/rows/$name.error"
  "$here/cudanet" profile "$here/$model" --backend "cuda:$device" "$@" --output "$results/rows/$name.json" >"$results/rows/$name.txt" 2>"$results/rows/$name.stderr" || code=$?
  if [ -f "$results/rows/$name.json" ]; then
    rm -f "$results/rows/$name.stderr"
    ran=$((ran + 1))
    echo "row $name: done"
  else
    stop_if_signalled "$code" "row $name"
    mv "$results/rows/$name.stderr" "$results/rows/$name.error"
    failed=$((failed + 1))
    echo "row $name: failed with exit code $code: $(head -n 1 "$results/rows/$name.error")"
  fi
}

rows() {
  local precision size batch observe variation
  local precisions sizes=(224 128) batches=(1 8 32 128) observed=(none one activations all) how=()
  IFS=', ' read -ra precisions <<<"$(doctor_says " computes")"
  if [ "$quick" = 1 ]; then
    precisions=(fp32 fp16) sizes=(128) batches=(1) observed=(none all)
    how=(--warm-up 100 --duration 500 --runs 50)
  fi
  for size in "${sizes[@]}"; do
    for batch in "${batches[@]}"; do
      for precision in "${precisions[@]}"; do
        for observe in "${observed[@]}"; do
          # Layers are observed at the sizes of the variations only, besides none.
          [ "$quick" = 1 ] || [ "$observe" = none ] || is_varied "$size" "$batch" || continue
          row "$precision-batch$batch-$size-$observe" --precision "$precision" --batch "$batch" --input "${size}x$size" --observe "$observe" "${how[@]}"
        done
        # The quick form changes one precision's rows alone, and each of them once.
        [ "$quick" = 0 ] || [ "$precision" = fp16 ] || continue
        row "$precision-batch$batch-$size-none-offline" --precision "$precision" --batch "$batch" --input "${size}x$size" --scenario offline "${how[@]}"
        [ "$quick" = 1 ] || is_varied "$size" "$batch" || continue
        for variation in graph-off fused batch-bits-chunk:8 batch-bits-ignore binding-device binding-images; do
          row "$precision-batch$batch-$size-none-${variation/:/}" --precision "$precision" --batch "$batch" --input "${size}x$size" $(options_of "$variation") "${how[@]}"
        done
      done
    done
  done
}

# Where one thing at a time is changed against the main rows: latency of one image, and a batch.
is_varied() { [ "$1" = 224 ] && { [ "$2" = 1 ] || [ "$2" = 32 ]; }; }

options_of() {
  case $1 in
    fused) echo --fused ;;
    *) echo "--${1%-*} ${1##*-}" ;;
  esac
}

# What a user would take instead, in the same session: PyTorch where python3 has it, ONNX Runtime and trtexec where a model.onnx lies beside this script. One JSON
# object each in results/peers, and a section of report.md.
peers() {
  local precision mode batch name
  if grep -qs '"emulated":true' "$results"/rows/*.json; then
    echo "peers: not run, as an emulated device has no times"
    return 0
  fi
  mkdir -p "$results/peers"
  for batch in 1 32; do
    if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
      for precision in fp32 fp16; do
        for mode in eager channels_last compiled; do
          peer "torch-$mode-$precision-batch$batch-224" python3 "$here/peers/torch_resnet18.py" "$mode" "$precision" "$batch" 224
        done
      done
    else
      echo "peers: PyTorch with CUDA is not there"
    fi
    if [ ! -f "$here/model.onnx" ]; then
      echo "peers: no model.onnx beside this script, so no ONNX Runtime and no trtexec"
      continue
    fi
    if python3 -c 'import onnxruntime, numpy' 2>/dev/null; then
      peer "onnxruntime-batch$batch-224" python3 "$here/peers/onnxruntime_resnet18.py" "$here/model.onnx" "$batch" 224
    else
      echo "peers: ONNX Runtime is not there"
    fi
    if command -v trtexec >/dev/null; then
      name=$(sed -nE 's/.*Input binding for ([^ ]+) .*/\1/p' <(trtexec --onnx="$here/model.onnx" --buildOnly 2>&1 || true) | head -n 1)
      peer "trtexec-fp16-batch$batch-224" trtexec_json "${name:-input}:${batch}x3x224x224"
    else
      echo "peers: trtexec is not there"
    fi
  done
}

trtexec_json() {
  trtexec --onnx="$here/model.onnx" --shapes="$1" --fp16 --useCudaGraph --useSpinWait --warmUp=200 --duration=3 --iterations=1000 --exportTimes=/dev/null |
    grep -E 'Throughput|Latency:|Enqueue Time:|GPU Compute Time:' | sed -E 's/.*\[I\] //; s/"/'"'"'/g' | awk 'BEGIN { printf "{\"peer\": \"trtexec --fp16 --useCudaGraph --useSpinWait\", \"lines\": [" } { printf "%s\"%s\"", (NR > 1 ? ", " : ""), $0 } END { print "]}" }'
}

# A peer that is measured already is not measured again; one that fails says why, and no other stops.
peer() {
  local name=$1
  shift
  [ ! -s "$results/peers/$name.json" ] || return 0
  if "$@" >"$results/peers/$name.tmp" 2>"$results/peers/$name.stderr"; then
    mv "$results/peers/$name.tmp" "$results/peers/$name.json"
    rm -f "$results/peers/$name.stderr"
    echo "peer $name: done"
  else
    rm -f "$results/peers/$name.tmp"
    echo "peer $name: failed: $(tail -n 1 "$results/peers/$name.stderr")"
  fi
}

report_peers() {
  compgen -G "$results/peers/*.json" >/dev/null || return 0
  { echo; echo "## Others, in the same session"; echo; echo '```json'; cat "$results"/peers/*.json; echo '```'; } >>"$results/report.md"
}

prove() {
  local code=0 folders
  skipped=0 ran=0 failed=0
  folders=$(site_packages)
  export CUDANET_CUDA_PATH=${CUDANET_CUDA_PATH:-}${CUDANET_CUDA_PATH:+${folders:+:}}$folders
  [ "$again" = 0 ] || rm -rf "$results"
  mkdir -p "$results/rows"
  "$here/cudanet" doctor --json >"$results/doctor.json"
  "$here/cudanet" doctor | tee "$results/doctor.txt"
  echo
  [ -z "$(doctor_says "")" ] || claim_results
  self_test || code=$?
  stop_if_signalled "$code" selftest
  echo
  if [ -n "$(doctor_says "")" ]; then
    machine >"$results/machine.txt"
    rows
    echo "rows: $ran ran, $skipped skipped as done before, $failed failed"
    echo
    peers
    "$here/cudanet" profile-report "$results" || { local reported=$?; [ "$code" -ne 0 ] || code=$reported; }
    report_peers
  fi
  echo "results in $results, exit code $code"
  return "$code"
}

if [ "${1:-}" = publish ]; then
  [ "$#" -eq 2 ] || { echo "wrong arguments: bench/gpu.sh publish FOLDER" >&2; exit 2; }
  publish "$2"
  exit
fi

device=0 quick=0 again=0
for argument in "$@"; do
  case $argument in
    -h | --help) sed -nE '2,${/^#/!q; s/^# ?//p}' "$0"; exit ;;
    --quick) quick=1 ;;
    --again) again=1 ;;
    *[!0-9]* | '') echo "unknown argument $argument; --help shows what there is" >&2; exit 2 ;;
    *) device=$argument ;;
  esac
done
[ -x "$here/cudanet" ] || { echo "there is no cudanet beside this script: bench/gpu.sh publish FOLDER makes a folder that has it" >&2; exit 2; }
results=$here/results
prove
