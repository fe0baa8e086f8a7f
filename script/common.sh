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

# start_server LOG FLAG...: $server_program on free ports of 127.0.0.1, which ends with the script.
# Sets server, its process, and url, its API's address. What it logs is in LOG.
server_program=(build/bin/inkling-server)
start_server() {
  local log=$1
  shift
  : >"$log"
  "${server_program[@]}" --host 127.0.0.1 --port 0 --ui-port 0 "$@" 2>"$log" &
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

# require_root WHY: ends the script where somebody else calls it.
require_root() {
  [[ $EUID -eq 0 ]] || {
    echo "${0##*/}: expected to be run by root, who may $1; run it with sudo" >&2
    exit 1
  }
}

# ask_alone TEST ROOT ARGUMENT...: tests/deploy/TEST.py in namespaces of its own, without a network.
ask_alone() {
  unshare --mount --mount-proc --net --pid --fork --kill-child \
    env PYTHONPATH=tests python3 "tests/deploy/$1.py" "${@:2}"
}

# package_of_library FILE: the Debian package that it is from. Packages call some /lib/… that are in
# /usr/lib.
package_of_library() {
  local file
  file=$(readlink -f "$1")
  { dpkg-query --search "$file" 2>/dev/null || dpkg-query --search "${file#/usr}"; } | cut -d: -f1
}

# project_version: the one that CMakeLists.txt names.
project_version() {
  sed -n 's/^project(inkling VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt
}

# bare_debian SUITE FOLDER: the file system of a Debian with nothing but its package manager, which
# has this machine's mirror and certificates. Made once: FOLDER.complete says that it is all there.
bare_debian() {
  local suite=$1 folder=$2 mirror sources=/etc/apt/sources.list.d/debian.sources
  if [[ -e $folder.complete ]]; then return; fi
  # shellcheck disable=SC2016  # apt-get replaces it
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/$')
  rm -rf "$folder"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$folder" "$mirror" \
    >"$folder.log" || { cat "$folder.log" >&2; return 1; }
  if [[ -e $sources ]]; then
    rm "$folder/etc/apt/sources.list"
    sed "s/bookworm\|trixie/$suite/g" "$sources" >"$folder$sources"
  fi
  cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
  touch "$folder.complete"
}

# Libraries that are compiled into the programs; what is given away names them, too.
# shellcheck disable=SC2034  # others read it
header_only=(libeigen3-dev nlohmann-json3-dev libcli11-dev)

# Where C++ and CUDA sources are, and all of them.
cxx_rooms=(kernels engine data train server bench tests)
cxx_sources() {
  find "${cxx_rooms[@]}" -name node_modules -prune -o \
    \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print | sort
}
