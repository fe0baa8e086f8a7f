#!/usr/bin/env bash
# Reads what nvcc made of the CUDA kernels, without a GPU: no kernel may spill registers or keep a
# stack in local memory, and those of the tensor cores must hold the instructions that they are
# written for.
#   check_machine_code.sh NVCC ROOT OBJECT...
# The build keeps what ptxas said beside each object (kernels/cuda/keep_ptxas_report.sh).
set -euo pipefail
nvcc=$1 root=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=c++20 -O3 --expt-relaxed-constexpr -DINKLING_CUDA -DINKLING_WGMMA "-I$root")
failed=0

report() {
  echo "check_machine_code: $*" >&2
  failed=1
}

# "sm_N kernel: N bytes stack frame, N bytes spill stores, N bytes spill loads" for each kernel that
# has any.
spills() {
  awk '/Compiling entry function/ { gpu = $NF; gsub(/\047/, "", gpu) }
  /Function properties for/ {
    name = $NF
    getline
    if ($0 !~ /^ *0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads/) {
      print gpu, name ": " $0
    }
  }' "$1"
}

# This check can fail: it sees ten bytes on the stack.
cat >"$work/planted" <<'PTXAS'
ptxas info    : Function properties for kernel
    10 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
PTXAS
if [[ -z $(spills "$work/planted") ]]; then
  report "expected a planted stack frame to be found, received nothing"
fi

read_objects=0
for object in "$@"; do
  if [[ $object != *.cu.o ]]; then continue; fi
  read_objects=$((read_objects + 1))
  name=$(basename "$object" .o)
  said=$object.ptxas
  if [[ ! -e $said ]]; then
    report "expected what ptxas said in $said, received no such file; build it again"
    continue
  fi
  # "wgmma.mma_async instructions are serialized due to …"
  serialized=$(grep -c "serialized" "$said" || true)
  if [[ $serialized -ne 0 ]]; then
    report "$name: expected products to run asynchronously," \
      "received $serialized kernels in which ptxas waits for each"
  fi
  kernels=$(grep -c "Function properties for" "$said" || true)
  if [[ $kernels -eq 0 && ! $object =~ /runtime/(device|graph|memory)\.cu\.o$ ]]; then
    report "$name: expected ptxas to report kernels, received nothing"
  fi
  found=$(spills "$said")
  if [[ -n $found ]]; then
    report "$name keeps numbers in local memory:"$'\n'"$found"
  fi
  case $name in
    conv2d.cu | linear.cu)
      source=$root/kernels/cuda/${object##*/cuda/}
      source=${source%.o}
      "$nvcc" "${flags[@]}" -arch=compute_80 -ptx -o "$work/ptx" "$source"
      instructions=(mma.sync.aligned.m16n8k16 cp.async.cg.shared.global ldmatrix.sync.aligned)
      if [[ $name == conv2d.cu ]]; then
        # Cached in L1: a picture is read again for each tap of the filter.
        instructions+=(cp.async.ca.shared.global)
      fi
      "$nvcc" "${flags[@]}" -arch=compute_90a -ptx -o "$work/hopper" "$source"
      instructions+=(wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16
        wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16)
      for instruction in "${instructions[@]}"; do
        count=$(cat "$work/ptx" "$work/hopper" | grep -c -F "$instruction" || true)
        echo "$name: $count × $instruction"
        if [[ $count -eq 0 ]]; then
          report "$name: expected $instruction in its PTX, received none"
        fi
      done
      narrow=$(awk '/\.entry .*epilogue_backward_kernel/,/^}/' "$work/ptx" |
        grep -c -F ld.global.u16 || true)
      if [[ $narrow -ne 0 ]]; then
        report "$name: expected chunks of 16 bytes to be loaded at once," \
          "received $narrow loads of two bytes"
      fi
      ;;
  esac
done
if [[ $read_objects -eq 0 ]]; then
  report "expected objects of CUDA kernels as arguments, received none"
fi
exit "$failed"
