#!/usr/bin/env bash
# Rehearses script/gpu with the programs that are built here, reads its report, and then gives it
# programs that fail, hang and are missing.
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
# rehearse EXIT_CODE NAME FLAG...: the programs of $work/NAME, the report in $work/NAME/report, what
# it says in $work/err.
rehearse() {
  local expected=$1 name=$2 code=0
  shift 2
  "$root/script/gpu" --rehearse "$work/$name" --out "$work/$name/report" "$@" \
    >"$work/err" 2>&1 || code=$?
  [[ $code -eq $expected ]] ||
    fail "$name: expected exit code $expected, received $code:"$'\n'"$(cat "$work/err")"
}
programs() {  # programs NAME PROGRAM...: $work/NAME with some of the programs
  local name=$1 program
  shift
  mkdir -p "$work/$name/bin"
  for program in "$@"; do
    ln -s "$build/bin/$program" "$work/$name/bin/$program"
  done
}
script_in_place_of() {  # script_in_place_of NAME/bin/PROGRAM TEXT
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/$1"
  chmod +x "$work/$1"
}

programs all inkling bench-report bench-kernels
if [[ -x $build/bin/cuda_kernels_test ]]; then
  programs all cuda_kernels_test
fi
rehearse 0 all
report=$work/all/report/report.md
expect "$report" "| gradcheck | passed |"
expect "$report" "| kernels | passed |"
expect "$report" "| conv2 weight gradient | float32 |"
expect "$report" "| tests | left out: they need a CUDA device |"
expect "$report" "2 checks: all passed."
if [[ -n ${MNIST_DIR:-} ]]; then
  expect "$report" "| train-float32 | 1 |"
fi
node -e 'const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
  if (report.kernels.length < 20) process.exit(1)' "$work/all/report/report.json" ||
  fail "expected report.json with the kernels, received something else"

# A step that fails is told, keeps what it wrote, does not stop the next, and is the exit code.
programs broken inkling bench-report
script_in_place_of broken/bin/bench-kernels "cat <<'LINES'
{\"device\": \"a card\", \"batch\": 2}
{\"kernel\": \"conv9\", \"precision\": \"bf16\", \"failure\": \"too warm\"}
LINES
exit 1"
rehearse 1 broken
expect "$work/err" "failed: kernels"
expect "$work/broken/report/report.md" "| kernels | **failed** (exit code 1) |"
expect "$work/broken/report/report.md" "| conv9 | bf16 | **failed**: too warm |"
expect "$work/broken/report/report.md" "| gradcheck | passed |"

# A step that hangs, and will not hear of SIGTERM, ends with the budget; what comes after it is left
# out.
programs hanging bench-report bench-kernels
mkfifo "$work/never"
script_in_place_of hanging/bin/inkling \
  "trap '' TERM; echo '{\"passed\": false}'; cat '$work/never'; cat '$work/never'"
rehearse 1 hanging --budget 8
expect "$work/hanging/report/report.md" "| gradcheck | **out of time** (exit code 137) |"
expect "$work/hanging/report/report.md" "| kernels | left out: no time left of 8 s | |"

# Without the program that writes the report there is a plain one.
programs reportless inkling bench-kernels
rehearse 1 reportless
expect "$work/reportless/report/report.md" "bench-report could not write this report"
expect "$work/reportless/report/report.md" '{"step": "kernels", "exit_code": 0'
expect "$work/reportless/report/report.md" '"kernel":"conv2 weight gradient"'

# What interrupts it still finds a report.
programs interrupted bench-report bench-kernels
mkfifo "$work/begun"
script_in_place_of interrupted/bin/inkling "echo begun >'$work/begun'; cat '$work/never'"
"$root/script/gpu" --rehearse "$work/interrupted" --out "$work/interrupted/report" 2>"$work/err" &
script=$!
read -r _ <"$work/begun"
kill -TERM "$script"
code=0
wait "$script" || code=$?
[[ $code -eq 130 ]] || fail "expected exit code 130 after an interruption, received $code"
expect "$work/err" "failed: interrupted"
expect "$work/interrupted/report/report.md" "| tests | left out: they need a CUDA device |"

for flags in --bogus "--budget soon" --out; do
  code=0
  # shellcheck disable=SC2086 # two words on purpose
  "$root/script/gpu" $flags 2>"$work/err" || code=$?
  [[ $code -eq 2 ]] || fail "expected exit code 2 for '$flags', received $code"
  expect "$work/err" "expected"
done
echo "gpu_rehearsal_test: passed"
