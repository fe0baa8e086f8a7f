# Sourced by the scripts beside it, after `set -euo pipefail`: what all of them do alike.
# shellcheck shell=bash

# answer_help ARGUMENT...: when the first argument is -h or --help, prints the comment at the
# script's head and ends it.
answer_help() {
  if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"
    exit 0
  fi
}

# install_page_packages: what the page is tested and checked with, from npm, as
# tests/web/package-lock.json pins it. Runs in the repository's root; needs no network when it is
# there.
install_page_packages() {
  if [[ tests/web/package-lock.json -nt tests/web/node_modules/.package-lock.json ]]; then
    (cd tests/web && npm ci --ignore-scripts --no-audit --no-fund) >&2
  fi
}

# python_with FOLDER PACKAGE...: a virtual environment in FOLDER with these packages from PyPI, made
# again where it has others.
python_with() {
  local folder=$1
  shift
  if [[ ! -x $folder/bin/python3 || $(cat "$folder/packages" 2>/dev/null) != "$*" ]]; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet "$@" >&2
    echo "$*" >"$folder/packages"
  fi
}

# start_server LOG FLAG...: build/bin/inkling-server on free ports of 127.0.0.1, which ends with the
# script. Sets server, its process, and url, its API's address. What it logs is in LOG.
start_server() {
  local log=$1
  shift
  : >"$log"
  build/bin/inkling-server --host 127.0.0.1 --port 0 --ui-port 0 "$@" 2>"$log" &
  server=$!
  trap 'kill "$server" 2>/dev/null || true' EXIT
  url=
  until [[ -n $url ]]; do
    kill -0 "$server" 2>/dev/null || {
      cat "$log" >&2
      exit 1
    }
    url=$(sed -n 's/.* API  //p' "$log")
  done
}

# stop_server: fails where it did not end well.
stop_server() {
  kill "$server"
  wait "$server"
}

# Where C++ and CUDA sources are, and all of them.
cxx_rooms=(kernels engine data train server bench tests)
cxx_sources() {
  find "${cxx_rooms[@]}" -name node_modules -prune -o \
    \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print | sort
}
