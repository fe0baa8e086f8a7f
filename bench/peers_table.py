"""The table of script/bench-peers, from lines "ENGINE {…}" in inkling-bench's form.

    peers_table.py PREDICTIONS TIMES

Exits 1 when an engine's predictions differ from ours in more than five of 1,000.
"""
import json
import statistics
import sys

MOST_DIFFERENCES = 5


def read(path):
    """[(engine, report)], in the order of the file."""
    with open(path, encoding="utf-8") as file:
        return [(engine, json.loads(text)) for engine, text in
                (line.split(" ", 1) for line in file)]


def differences(predictions):
    ours = predictions["inkling"]["predictions"]
    return {engine: sum(a != b for a, b in zip(ours, report["predictions"]))
            for engine, report in predictions.items()}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values):
    return f"{number(statistics.median(values))} ({number(min(values))} … {number(max(values))})"


def table(times):
    """Rows by batch and threads: p50 at batch 1, images/s at larger ones; ratios round by round."""
    lines = ["| batch, threads | engine | p50, ms | images/s | Inkling's time ÷ this |",
             "|---|---|---|---|---|"]
    sizes = list(dict.fromkeys((r["batch"], r["threads"]) for _, r in times))
    for batch, threads in sizes:
        rounds = {}
        for engine, report in times:
            if (report["batch"], report["threads"]) == (batch, threads):
                rounds.setdefault(engine, []).append(report)
        for engine, reports in rounds.items():
            ratio = statistics.median(ours["p50_ms"] / report["p50_ms"] for ours, report in
                                      zip(rounds["inkling"], reports))
            lines.append(f"| {batch}, {threads} | {engine} "
                         f"| {spread([r['p50_ms'] for r in reports])} "
                         f"| {spread([r['images_per_s'] for r in reports])} | {ratio:.2f} |")
    return "\n".join(lines)


def main(predictions_file, times_file):
    differ = differences(dict(read(predictions_file)))
    print(table(read(times_file)))
    print("\nOf the first 1,000 test pictures, predictions that differ from Inkling's: " +
          ", ".join(f"{engine} {count}" for engine, count in differ.items()
                    if engine != "inkling") + ".")
    return 1 if max(differ.values()) > MOST_DIFFERENCES else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
