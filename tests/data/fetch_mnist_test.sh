#!/usr/bin/env bash
# script/fetch-mnist against a mirror on this machine, which serves small files under MNIST's names.
#
#   tests/data/fetch_mnist_test.sh      exit code 0 when every check passed, 77 when node or curl is
#                                       missing
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$here/../../script/fetch-mnist

for tool in node curl; do
  if ! command -v "$tool" >/dev/null; then
    echo "SKIPPED: this test needs $tool (script/bootstrap test installs it)"
    exit 77
  fi
done

work=$(mktemp -d)
server=
cleanup() {
  if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

names=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
  t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)
mkdir "$work/source"
for name in "${names[@]}"; do
  yes "the content of $name" | head -c 20000 >"$work/source/$name" || true  # yes ends by SIGPIPE
done
(cd "$work/source" && sha256sum "${names[@]}") >"$work/checksums"
export INKLING_MNIST_SHA256=$work/checksums

exec 3< <(exec node "$here/mirror.mjs" "$work/source" "$work/log")
server=$!
read -r port <&3
base=http://127.0.0.1:$port
export no_proxy=127.0.0.1

failures=0
check() {  # check MEANING COMMAND...
  if "${@:2}"; then
    echo "ok: $1"
  else
    echo "FAILED: $1" >&2
    sed 's/^/    /' "$work/said" >&2
    failures=$((failures + 1))
  fi
}

code=0
# fetch_from DIR MIRROR...: what the script says goes to $work/said, its exit code to $code.
fetch_from() {
  code=0
  INKLING_MNIST_MIRRORS="${*:2}" "$script" "$1" >"$work/said" 2>&1 || code=$?
}

exited_with() { [[ $code -eq $1 ]]; }
said() { grep -qF -- "$1" "$work/said"; }
requested() { grep -qE -- "$1" "$work/log"; }
requests() { wc -l <"$work/log"; }
is_complete() {
  (cd "$1" && sha256sum --check --status "$work/checksums" && [[ -z $(find . -name '*.part') ]])
}

one=${names[0]}

# A working mirror, and nothing more to do the second time.
fetch_from "$work/a" "$base/good"
check "a working mirror gives all four files" is_complete "$work/a"
check "success is exit code 0" exited_with 0
before=$(requests)
fetch_from "$work/a" "$base/good"
check "files that are right are not fetched again" test "$(requests)" -eq "$before"
check "and that is success" exited_with 0

# A damaged file is replaced, its neighbors are not touched.
echo damaged >"$work/a/$one"
before=$(requests)
fetch_from "$work/a" "$base/good/"
check "a damaged file is fetched again" is_complete "$work/a"
check "and it alone" test "$(requests)" -eq $((before + 1))

# The connection is cut each time: it continues until everything is there.
fetch_from "$work/b" "$base/cut"
check "a cut download is continued to its end" is_complete "$work/b"
check "by asking for the rest" requested "/cut/$one bytes=[1-9]"

# Cut, then nothing: the next mirror continues what the first one began.
fetch_from "$work/c" "$base/stuck" "$base/good"
check "the next mirror finishes what a broken one began" is_complete "$work/c"
check "from where that one stopped" requested "/good/$one bytes=[1-9]"

# A run that ends in the middle leaves a part, which the next run continues.
fetch_from "$work/d" "$base/stuck"
check "a cut that cannot be continued is a failure" exited_with 1
check "and keeps what came" test -s "$work/d/$one.part"
check "without putting it in place" test ! -e "$work/d/$one"
fetch_from "$work/d" "$base/good"
check "the next run continues and finishes" is_complete "$work/d"

# A server without ranges, a part that is already whole, a part that is longer than the file, a part
# with wrong bytes.
mkdir "$work/e"
head -c 100 "$work/source/$one" >"$work/e/$one.part"
fetch_from "$work/e" "$base/no-ranges"
check "a server that cannot continue is asked for the whole file" is_complete "$work/e"
mkdir "$work/f"
cp "$work/source/$one" "$work/f/$one.part"
fetch_from "$work/f" "$base/good"
check "a part that is already whole is taken" is_complete "$work/f"
mkdir "$work/g"
head -c 30000 /dev/zero >"$work/g/$one.part"
fetch_from "$work/g" "$base/good"
check "a part that is too long is dropped" is_complete "$work/g"
mkdir "$work/h"
head -c 100 /dev/zero >"$work/h/$one.part"
fetch_from "$work/h" "$base/good"
check "a part with wrong bytes is dropped" is_complete "$work/h"

# Wrong bytes are never put in place.
fetch_from "$work/i" "$base/wrong"
check "wrong bytes are a failure" exited_with 1
check "which names the reason" said "wrong checksum"
check "and leaves no file" test ! -e "$work/i/$one"
fetch_from "$work/i" "$base/wrong" "$base/good"
check "after wrong bytes the next mirror is asked" is_complete "$work/i"

# Mirrors that are down or lack the file.
fetch_from "$work/j" http://127.0.0.1:1/mnist "$base/absent" "$base/good"
check "mirrors that are down or lack the file are passed over" is_complete "$work/j"

# No network at all.
fetch_from "$work/k" http://127.0.0.1:1/mnist
check "no network is exit code 1" exited_with 1
check "it names the files" said "${names[*]}"
check "it says so in one line" test "$(wc -l <"$work/said")" -eq 1
check "it says why" said "cannot be reached"
check "it says where to get the files" said "http://127.0.0.1:1/mnist/"
check "it says where to put them" said "put them into $work/k"
cp "$work/source/"* "$work/k/"
fetch_from "$work/k" http://127.0.0.1:1/mnist
check "files put there by hand are accepted" exited_with 0

# A file that is there but wrong is not lost to a failing network.
echo "perhaps of use" >"$work/k/$one"
fetch_from "$work/k" http://127.0.0.1:1/mnist
check "a file that cannot be replaced is kept" grep -q "perhaps of use" "$work/k/$one"

# Wrong usage.
fetch_from --no-such-option "$base/good"
check "an unknown option is refused" exited_with 1
check "and named" said "--no-such-option"

if [[ $failures -gt 0 ]]; then
  echo "$failures checks failed" >&2
  exit 1
fi
