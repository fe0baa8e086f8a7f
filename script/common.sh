# Sourced by the scripts beside it, after `set -euo pipefail`: what all of them do alike.
# shellcheck shell=bash

# answer_help ARGUMENT...: when the first argument is -h or --help, prints the comment at the script's head and ends it.
answer_help() {
  if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"
    exit 0
  fi
}
