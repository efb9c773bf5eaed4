#!/usr/bin/env bash
# Compiles the planted kernels beside this script to PTX with clang-19: NAME.ptx is correct, NAME.mutant.ptx carries the faults.
# The output is the same wherever this runs.
set -euo pipefail
cd "$(dirname "$0")"
out="${1:-.}"
compile() { # source, mutant, output
  clang++-19 -x cuda --cuda-device-only --cuda-gpu-arch=sm_75 --cuda-feature=+ptx65 -nocudainc -nocudalib -std=c++17 -O2 \
    -ffp-contract=off -gline-tables-only -fdebug-prefix-map="$PWD"=. -fdebug-prefix-map="$(clang++-19 -print-resource-dir)"=clang -fdebug-compilation-dir=. -DMUTANT="$2" -S "$1" -o "$3"
}
for source in *.cu; do
  compile "$source" 0 "$out/${source%.cu}.ptx"
  if grep -q MUTANT "$source"; then
    compile "$source" 1 "$out/${source%.cu}.mutant.ptx"
  fi
done
