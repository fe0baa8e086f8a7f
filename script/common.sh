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

# Where C++ and CUDA sources are, and all of them.
cxx_rooms=(kernels engine data train server bench tests)
cxx_sources() {
  find "${cxx_rooms[@]}" -name node_modules -prune -o \
    \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print | sort
}
