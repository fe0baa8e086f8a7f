#!/usr/bin/env bash
# The code of each instruction level must stay in names of its own: a template that two levels share
# is a weak symbol, the linker keeps one of them for all, and an older processor then meets
# instructions that it does not have. (Weak data are no code.)
#   check_levels.sh OBJECT...   each path contains its level's name, e.g. x86_64_v3
set -euo pipefail
status=0
for object in "$@"; do
  level=$(grep -oE 'x86_64_v[0-9](_bf16|_vnni)?' <<<"$object" | head -n 1)
  shared=$(nm --defined-only -C "$object" | grep ' W ' | grep -v "Eigen_$level\|$level::" ||
    [[ $? == 1 ]])
  if [[ -n $shared ]]; then
    printf '%s: expected weak symbols of %s alone, received\n%s\n' "$object" "$level" "$shared"
    status=1
  fi
done
exit $status
