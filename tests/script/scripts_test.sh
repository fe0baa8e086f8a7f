#!/usr/bin/env bash
# Runs the scripts that no other test calls, as a user would, and asks each one for its help.
#
#   scripts_test.sh ROOT CASE
set -euo pipefail
root=$1 case=$2
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "scripts_test: $*" >&2
  exit 1
}

skip() {
  echo "SKIPPED: $*"
  exit 0
}

# write_network FILE: one that trains in a second.
write_network() {
  cat >"$1" <<'NETWORK'
{"name": "Linear", "input": {"height": 28, "width": 28, "channels": 1},
 "layers": [{"type": "flatten"}, {"type": "linear", "name": "fc", "out_features": 10}]}
NETWORK
}

# The first line of the comment at a script's head.
purpose() { sed -n '2s/^# //p' "$1"; }

case $case in
  help)
    for script in script/* .ci/run; do
      if [[ $script == script/common.sh ]]; then continue; fi
      if [[ $script == script/server || $script == script/train ]]; then
        expected="Usage: inkling"  # they build their program and hand the flag on
      else
        expected=$(purpose "$script")
      fi
      for flag in -h --help; do
        said=$("$script" "$flag" 2>"$work/err") ||
          fail "$script $flag: expected exit code 0; $(tail -n 3 "$work/err")"
        [[ $said == *"$expected"* ]] ||
          fail "$script $flag: expected '$expected', received '${said:0:200}'"
      done
    done
    ;;
  ci)
    # The workflows call scripts that exist, and hold nothing else; .ci/run with parts that exist,
    # and one job calls all of it. Others' actions are pinned by digest.
    workflows=(.github/workflows/*.yml)
    mapfile -t calls < <(
      sed -n '/run: >-$/{n;s/^ *//p;d}; s/^ *\(- \)\?run: //p' "${workflows[@]}")
    for call in "${calls[@]}"; do
      [[ $call == 'docker login '* || -x ${call%% *} ]] ||
        fail "expected a script of this repository, received '$call'"
    done
    idle=$(awk '/^  [a-z]+:$/ { job = FILENAME " " $1 } /^    runs-on:/ { jobs[job] }
                /run: (\.ci\/run|script\/)/ || /^ +script\// { calls[job] }
                END { for (job in jobs) if (!(job in calls)) print job }' "${workflows[@]}")
    [[ -z $idle ]] || fail "expected every job to call a script, received none in $idle"
    if grep -n '^      - run: ' .github/workflows/ci.yml | grep -v ': \(\.ci/run\|script/\)'; then
      fail "expected CI to call scripts alone, received the above"
    fi
    if grep -n 'uses: [^.]' "${workflows[@]}" | grep -v '@[0-9a-f]\{40\}\( # v[0-9.]*\)\?$'; then
      fail "expected actions with their digests, received the above"
    fi
    mapfile -t calls < <(sed -n 's|^      - run: \.ci/run *||p' "${workflows[@]}")
    printf '%s\n' "${calls[@]}" | grep -qx '' ||
      fail "expected a job that runs all of .ci/run, received none"
    parts=$(.ci/run --help)
    read -ra words <<<"${calls[*]}"
    for part in "${words[@]}"; do
      grep -q "^  $part  " <<<"$parts" || fail "expected a part of .ci/run, received $part"
    done
    code=0
    .ci/run bogus 2>"$work/err" || code=$?
    if [[ $code -ne 2 ]] || ! grep -q 'received .bogus.' "$work/err"; then
      fail "received $code: $(cat "$work/err")"
    fi
    ;;
  readme)
    # The files and flags that the documents' and the editors' commands name are there.
    folders='script|docs|models|deploy|bench'
    editors=(.devcontainer/devcontainer.json .vscode/tasks.json)
    named_in=(README.md CONTRIBUTING.md "${editors[@]}" .pre-commit-config.yaml)
    mapfile -t paths < <(grep -ohE "\b($folders)/[A-Za-z0-9_./-]*[A-Za-z0-9_]" "${named_in[@]}" |
      sort -u)
    for path in "${paths[@]}"; do
      [[ -e $path ]] ||
        fail "expected $path, which one of ${named_in[*]} names; received no such file"
    done
    for file in "${editors[@]}"; do
      python3 -m json.tool "$file" >/dev/null || fail "expected JSON in $file"
    done
    known=$(build/bin/inkling-server --help
      for command in train evaluate predict gradcheck; do build/bin/inkling help "$command"; done)
    mapfile -t flags < <(grep -E '^(script/(train|server)|build/bin/inkling) ' README.md |
      grep -oE -- '--[a-z-]+' | sort -u)
    for flag in "${flags[@]}"; do
      grep -q -- "^  $flag " <<<"$known" ||
        fail "expected a flag of inkling or inkling-server, received $flag"
    done
    ;;
  server_without_cuda)
    script/build --server >"$work/log" 2>&1 || fail "$(tail -n 20 "$work/log")"
    if ninja -C build-server -t targets all | grep -E '\.cu\.o|/tests/|/train/'; then
      fail "expected script/build --server to build the server alone, received the targets above"
    fi
    ;;
  screenshots)
    script/screenshots "$work" >"$work/log" 2>&1 || fail "$(tail -n 20 "$work/log")"
    for picture in page page-dark; do
      [[ $(head -c 4 "$work/$picture.png" | tail -c 3) == PNG ]] ||
        fail "expected a PNG, received $(file "$work/$picture.png")"
    done
    ;;
  bootstrap)
    # On a system with nothing installed, whose packages are those in $work/packages.
    mkdir "$work/bin"
    printf '#!/bin/sh\n' >"$work/bin/dpkg-query"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "$*" >>"$CALLS"\n' >"$work/bin/apt-get"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\ncat "$PACKAGES"\n' >"$work/bin/apt-cache"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
    chmod +x "$work"/bin/*
    export PATH=$work/bin:$PATH CALLS=$work/calls PACKAGES=$work/packages
    printf '%s:\n  Installed: (none)\n  Candidate: 1\n' curl >"$PACKAGES"
    printf '%s:\n  Installed: (none)\n  Candidate: (none)\n' ca-certificates >>"$PACKAGES"
    if script/bootstrap fetch 2>"$work/err"; then fail "expected a fault"; fi
    grep -q 'expected Debian 12 or 13, .* which has no package ca-certificates;' "$work/err" ||
      fail "received $(cat "$work/err")"
    if grep -q '^install' "$CALLS"; then fail "expected nothing to be installed"; fi
    sed -i 's/(none)$/1/' "$PACKAGES"
    script/bootstrap fetch 2>"$work/err" || fail "$(cat "$work/err")"
    grep -q '^install .* curl ca-certificates$' "$CALLS" || fail "received $(cat "$CALLS")"
    ;;
  release)
    # In a tree of their own, with programs in place of Docker's, GitHub's and cosign's that keep
    # what they were asked.
    tree=$work/tree
    mkdir -p "$tree/script" "$tree/models" "$work/bin" "$work/packages"
    cp script/common.sh script/release* "$tree/script/"
    echo 'project(inkling VERSION 1.2.3 LANGUAGES CXX' >"$tree/CMakeLists.txt"
    printf '%s\n' '## [Unreleased]' '' '## [1.2.3] - 2026-01-02' '' '- News.' '' \
      '## [1.2.2] - 2026-01-01' '' '- Old.' >"$tree/CHANGELOG.md"
    echo weights >"$tree/models/a.safetensors"
    git -C "$tree" init --quiet
    git -C "$tree" -c user.name=a -c user.email=a@b commit --quiet --allow-empty --message a
    cat >"$work/bin/docker" <<'DOCKER'
#!/usr/bin/env bash
echo "docker $*" >>"$CALLS"
while [[ $# -gt 0 ]]; do
  case $1 in
    --metadata-file) printf '{\n  "containerimage.digest": "sha256:1"\n}\n' >"$2" ;;
    --format) echo sha256:joined ;;
    --output) [[ $2 != *dest=* ]] || { mkdir -p "${2##*=}" && touch "${2##*=}/sbom.spdx.json"; } ;;
  esac
  shift
done
DOCKER
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\ncat >>"$CALLS"\n' >"$work/bin/gh"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n' >"$work/bin/cosign"
    chmod +x "$work"/bin/*
    export CALLS=$work/calls PATH=$work/bin:$PATH

    notes=$("$tree/script/release-notes" v1.2.3) || fail "expected notes"
    [[ $notes == '- News.'* && $notes != *Old* ]] || fail "expected the news, received '$notes'"
    for wrong in 1.2.3 v1.2 v1.2.4 ''; do
      if "$tree/script/release-notes" "$wrong" >"$work/out" 2>&1; then
        fail "release-notes '$wrong': expected a fault, received $(cat "$work/out")"
      fi
    done
    for architecture in amd64 arm64; do
      "$tree/script/release-image" build $architecture ghcr.io/O/i "$work/digests" ||
        fail "release-image build $architecture"
    done
    image=$("$tree/script/release-image" join v1.2.3 "$work/digests" ghcr.io/O/i docker.io/o/i)
    [[ $image == image=ghcr.io/o/i@sha256:joined ]] || fail "expected its name, received '$image'"
    "$tree/script/release-image" sbom "$work/sbom"
    [[ -e $work/sbom/sbom.spdx.json ]] || fail "expected an SBOM"
    for call in 'docker buildx build .*--platform linux/arm64 .*name=ghcr.io/o/i,push-by-digest' \
      'imagetools create --tag=docker.io/o/i:1.2.3 --tag=docker.io/o/i:1.2 --tag=docker.io/o/i:l' \
      'cosign sign --yes --recursive docker.io/o/i@sha256:joined'; do
      grep -q -- "$call" "$CALLS" || fail "expected $call, received $(cat "$CALLS")"
    done
    rm "$work/digests/arm64"
    if "$tree/script/release-image" join v1.2.3 "$work/digests" ghcr.io/o/i 2>/dev/null; then
      fail "expected one architecture to be too few"
    fi

    touch "$work/packages/"{i_1.2.3_amd64.deb,i.tar.gz}
    if "$tree/script/release" v1.2.3 "$work/packages" 2>/dev/null; then
      fail "expected packages of one architecture to be too few"
    fi
    touch "$work/packages/i_1.2.3_arm64.deb"
    "$tree/script/release" v1.2.3 "$work/packages" || fail "release"
    (cd "$work/packages" && sha256sum --quiet --check SHA256SUMS) || fail "expected digests"
    for call in '^gh release create v1.2.3 .*a.safetensors.*SHA256SUMS$' '^- News.$'; do
      grep -q -- "$call" "$CALLS" || fail "expected $call, received $(cat "$CALLS")"
    done
    ;;
  bench_training)
    # In place of PyTorch, a peer that takes no time.
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho '\''{"images_per_s": 100}'\''\n' >"$work/python"
    chmod +x "$work/python"
    INKLING_BENCH_PYTHON=$work/python script/bench-training 1 0.1 8 >"$work/out" 2>"$work/err" ||
      fail "$(tail -n 20 "$work/err")"
    for precision in float32 bf16; do
      row="| PyTorch, channels-last, $precision | 100 | 100 | 100 | [0-9.]* | [0-9.]* |"
      grep -q "^$row\$" "$work/out" || fail "received $(cat "$work/out")"
    done
    ;;
  bench_peers)
    script/mnist-dir >/dev/null 2>&1 || skip "there is no MNIST"
    # In place of the peers, ourselves, with a network that takes no time; and one that is wrong.
    write_network "$work/network.json"
    script/train --out "$work/run" --network "$work/network.json" --epochs 1 --no-test \
      --device cpu 2>"$work/err" || fail "$(cat "$work/err")"
    cat >"$work/python" <<'PEER'
#!/bin/sh
# bench/prediction_peers.py prepare …, or: run ENGINE BATCH THREADS SECONDS MNIST FOLDER
[ "$2" = run ] || exit 0
build/bin/inkling-bench --model "$PEER_MODEL" --data "$7" --batch "$4" --threads "$5" --seconds 0 \
  --json | sed "s/\"predictions\":\[/&$PEER_ERROR/"
PEER
    chmod +x "$work/python"
    export INKLING_PEERS_PYTHON=$work/python PEER_MODEL=$work/run/model.safetensors PEER_ERROR=
    script/bench-peers 1 0 "$PEER_MODEL" >"$work/out" 2>"$work/err" ||
      fail "$(cat "$work/out"; tail -n 20 "$work/err")"
    ratio='[0-9.]+ \|'
    grep -qE "^\| 64, 2 \| openvino-int8 \| [0-9.e-]+ \([^|]*\) \| [^|]* \| $ratio $ratio\$" \
      "$work/out" || fail "received $(cat "$work/out")"
    code=0  # each prediction moved by one: few agree
    PEER_ERROR=0, script/bench-peers 1 0 "$PEER_MODEL" >"$work/out" 2>"$work/err" || code=$?
    if [[ $code -ne 1 ]] || grep -q '^|' "$work/out"; then
      fail "expected exit code 1 and no times, received $code: $(cat "$work/out")"
    fi
    ;;
  train)
    script/mnist-dir >/dev/null 2>&1 || skip "there is no MNIST"
    write_network "$work/network.json"
    script/train --out "$work/run" --network "$work/network.json" --epochs 1 --device cpu \
      2>"$work/err" || fail "$(cat "$work/err")"
    script/train --out "$work/run" --resume --epochs 2 2>"$work/err" || fail "$(cat "$work/err")"
    grep -q '^epoch 2/2' "$work/err" ||
      fail "expected the run to go on, received $(cat "$work/err")"
    code=0
    script/train --resume 2>"$work/err" || code=$?
    if [[ $code -ne 2 ]] || ! grep -q "^train: expected --out with --resume" "$work/err"; then
      fail "received $code: $(cat "$work/err")"
    fi
    ;;
  accuracy_study)
    # In place of the trainer, one that takes no time and notes what it was asked for. The larger
    # the seed, the better.
    cat >"$work/inkling" <<'TRAINER'
#!/bin/sh
printf '%s\n' "$*" >>"$CALLS"
mkdir "$5"  # train --data DATA --out RUN …
for seed; do :; done
echo "{\"validation_accuracy\": 0.99$seed}"
TRAINER
    chmod +x "$work/inkling"
    export CALLS=$work/calls
    printf '%s\n' '# a comment' 'plain: --lr 0.1' '? tried: --noise 2' '+ kept: --zoom 3' \
      '+ last: --ema 4' >"$work/rows"
    study() {
      script/accuracy-study --rows "$work/rows" --out "$work/study" --data "$work" --epochs 7 \
        --inkling "$work/inkling" --seeds "$@" >"$work/out" 2>"$work/err"
    }
    study "1 3" -- --precision bf16 || fail "$(cat "$work/err")"
    for row in 'plain | 99.200 | 0.141 | 2 | .--lr 0.1.' '? tried | 99.200 | .*--noise 2.' \
        '+ last | 99.200 | 0.141 | 2 | .--ema 4.'; do
      grep -qx "| $row |" "$work/out" || fail "expected $row, received $(cat "$work/out")"
    done
    asked='--no-test --json --epochs 7 --validation 5000 --precision bf16'
    grep -q -- "$asked --lr 0.1 --zoom 3 --ema 4 --seed 3\$" "$work/calls" ||
      fail "received $(cat "$work/calls")"
    [[ $(wc -l <"$work/calls") -eq 8 ]] ||
      fail "expected 8 trainings, received $(cat "$work/calls")"
    study "1 3 5" -- --precision bf16 || fail "$(cat "$work/err")"
    [[ $(wc -l <"$work/calls") -eq 12 ]] || fail "expected one more of each row, of seed 5"
    grep -qF '| plain | 99.300 | 0.200 | 3 |' "$work/out" || fail "received $(cat "$work/out")"
    echo 'no colon' >"$work/rows"
    if study 1; then fail "expected an error, received $(cat "$work/out")"; fi
    grep -q 'rows:1: expected NAME: FLAGS, received no colon' "$work/err" ||
      fail "$(cat "$work/err")"
    if script/accuracy-study --sedes 1 2>"$work/err"; then fail "expected an error"; fi
    grep -q "received '--sedes'" "$work/err" || fail "$(cat "$work/err")"
    # The rows that come with it have flags that there are.
    script/build --target inkling >"$work/log" 2>&1 || fail "$(tail -n 20 "$work/log")"
    known=$(build/bin/inkling help train)
    mapfile -t flags < <(grep -oE -- '--[a-z-]+' bench/accuracy_rows.txt | sort -u)
    for flag in "${flags[@]}"; do
      grep -q -- "^  $flag " <<<"$known" || fail "expected a flag of inkling train, received $flag"
    done
    ;;
  gpu_bundle)
    script/mnist-dir >/dev/null 2>&1 || skip "there is no MNIST"
    script/gpu-bundle "$work/bundle" >"$work/log" 2>&1 || fail "$(tail -n 20 "$work/log")"
    for file in usr/include/eigen3/Eigen/Core mnist/train-images-idx3-ubyte.gz commit \
        sources.sha256; do
      [[ -s $work/bundle/$file ]] || fail "expected $file in the bundle, received none"
    done
    ;;
  *) fail "expected a case, received $case" ;;
esac
echo "scripts_test: $case passed"
