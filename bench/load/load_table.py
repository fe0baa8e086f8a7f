"""What script/bench-load measured, as a table: lines "SERVER CONNECTIONS {…}".

    load_table.py FILE
"""
import json
import statistics
import sys


def spread(values):
    middle = statistics.median(values)
    return f"{middle:.1f} ({min(values):.1f} … {max(values):.1f})"


def main(path):
    rounds = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            server, connections, report = line.split(" ", 2)
            rounds.setdefault((int(connections), server), []).append(json.loads(report))
    print("| connections | server | requests/s | p50, ms | p99, ms | not 200 |")
    print("|---|---|---|---|---|---|")
    for (connections, server), reports in sorted(rounds.items()):
        of = lambda name: [report[name] for report in reports]
        print(f"| {connections} | {server} | {spread(of('requests_per_s'))} | "
              f"{spread(of('p50_ms'))} | {spread(of('p99_ms'))} | {sum(of('failed'))} |")
    print()
    for connections in sorted({connections for connections, _ in rounds}):
        ours = rounds[connections, "inkling"]
        peers = {server: reports for (at, server), reports in rounds.items()
                 if at == connections and server != "inkling"}
        best = max(peers, key=lambda name: statistics.median(
            report["requests_per_s"] for report in peers[name]))
        ratio = lambda name: statistics.median(
            a[name] / b[name] for a, b in zip(ours, peers[best]))
        print(f"{connections} connections, beside {best}: {ratio('requests_per_s'):.2f} times the "
              f"requests a second, {ratio('p99_ms'):.2f} of its p99")


if __name__ == "__main__":
    main(sys.argv[1])
