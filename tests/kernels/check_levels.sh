#!/usr/bin/env bash
# The code of each instruction level must stay in names of its own: a template that two levels share
# is a weak symbol, the linker keeps one of them for all, and an older processor then meets
# instructions that it does not have. (Weak data are no code.)
#   check_levels.sh OBJECT...   a path contains its target, e.g. inkling_level_x86_64_v3.dir/
set -euo pipefail
status=0
for object in "$@"; do
  level=$(sed -nE 's|.*/inkling_level_([^./]*)\.dir/.*|\1|p' <<<"$object")
  if [[ -z $level ]]; then
    echo "$object: expected a path with inkling_level_LEVEL.dir/"
    exit 2
  fi
  shared=$("${NM:-nm}" --defined-only -C "$object" | grep ' W ' |
    grep -v "Eigen_$level\|$level::" || [[ $? == 1 ]])
  if [[ -n $shared ]]; then
    printf '%s: expected weak symbols of %s alone, received\n%s\n' "$object" "$level" "$shared"
    status=1
  fi
done
exit $status
