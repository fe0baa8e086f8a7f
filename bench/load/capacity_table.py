"""What script/bench-capacity measured, as a table: lines "MICROSECONDS CONNECTIONS {…}".

    capacity_table.py FILE
"""

import collections
import json
import sys

from load_table import spread


def main(path):
    results = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            quota, connections, figures = line.split(" ", 2)
            results[int(quota) / 100_000, int(connections)].append(json.loads(figures))
    print("| vCPU | connections | requests/s | median, ms | 99 %, ms | failed |")
    print("|---|---|---|---|---|---|")
    for (vcpu, connections), runs in results.items():
        columns = [
            spread([run[name] for run in runs]) for name in ("requests_per_s", "p50_ms", "p99_ms")
        ]
        failed = sum(run["failed"] for run in runs)
        print(f"| {vcpu:g} | {connections} | {' | '.join(columns)} | {failed} |")


if __name__ == "__main__":
    main(sys.argv[1])
