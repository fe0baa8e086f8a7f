#!/usr/bin/env bash
# Rehearses script/gpu with the programs that are built here, and reads its report.
#   gpu_rehearsal_test.sh ROOT BUILD_FOLDER
set -euo pipefail
root=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "gpu_rehearsal_test: $*" >&2
  exit 1
}
expect() {  # expect FILE TEXT
  grep -q -F -- "$2" "$1" || fail "expected '$2' in $(basename "$1"), received:"$'\n'"$(cat "$1")"
}

"$root/script/gpu" --rehearse "$build" --out "$work/report" || fail "expected the rehearsal to pass, received exit code $?"
report=$work/report/report.md
expect "$report" "| gradcheck | passed |"
expect "$report" "| kernels | passed |"
expect "$report" "| conv2 weight gradient | float32 |"
expect "$report" "| tests | left out: they need a CUDA device |"
expect "$report" "2 checks: all passed."
if [[ -n ${MNIST_DIR:-} ]]; then
  expect "$report" "| train-float32 | 1 |"
fi
node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); if (r.kernels.kernels.length < 20) process.exit(1)' \
  "$work/report/report.json" || fail "expected report.json with the kernels, received something else"

# A step that fails is told, does not stop the next, and is the exit code.
mkdir -p "$work/broken/bin"
cp "$build"/bin/{inkling,bench-report} "$work/broken/bin/"
if "$root/script/gpu" --rehearse "$work/broken" --out "$work/broken-report" 2>"$work/err"; then
  fail "expected a failure without bench-kernels, received success"
fi
expect "$work/err" "failed: kernels"
expect "$work/broken-report/report.md" "| kernels | **failed** |"
expect "$work/broken-report/report.md" "| gradcheck | passed |"

code=0
"$root/script/gpu" --bogus 2>"$work/err" || code=$?
[[ $code -eq 2 ]] || fail "expected exit code 2 for a wrong flag, received $code"
expect "$work/err" "received '--bogus'"
echo "gpu_rehearsal_test: passed"
