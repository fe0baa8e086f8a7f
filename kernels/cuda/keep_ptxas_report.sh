#!/usr/bin/env bash
# Calls the compiler, and writes what ptxas says of each kernel into OBJECT.ptxas instead of on the
# terminal. All else that the compiler says is seen as ever.
#
#   keep_ptxas_report.sh COMPILER... -o OBJECT...
set -uo pipefail
object=
for ((i = 1; i < $#; ++i)); do
  if [[ ${!i} == -o ]]; then
    next=$((i + 1))
    object=${!next}
  fi
done
"$@" 2>"${object:?expected -o OBJECT among the arguments}.ptxas"
code=$?
grep -vE '^ptxas info |^ +[0-9]+ bytes stack frame' "$object.ptxas" >&2
exit "$code"
