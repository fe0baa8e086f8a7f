"""How the checks of this folder end."""

import sys


def report(program, faults):
    """Each fault in a line on standard error; the exit code."""
    for fault in faults:
        print(f"{program}: {fault}", file=sys.stderr)
    return 1 if faults else 0
