"""What script/bench-peers measured, from lines "ENGINE {…}" in inkling-bench's form.

    peers_table.py predictions FILE   says how many differ from ours; exits 1 when more than five do
    peers_table.py times FILE         the table of times
"""
import json
import statistics
import sys

MAX_DIFFERENCES = 5


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
    """A row for each size and engine; the ratios are of the same round."""
    lines = ["| batch, threads | engine | p50, ms | images/s | Inkling's time ÷ this, float32 "
             "| fast |", "|---|---|---|---|---|---|"]
    sizes = list(dict.fromkeys((r["batch"], r["threads"]) for _, r in times))
    for batch, threads in sizes:
        rounds = {}
        for engine, report in times:
            if (report["batch"], report["threads"]) == (batch, threads):
                rounds.setdefault(engine, []).append(report)
        for engine, reports in rounds.items():
            ratios = [statistics.median(ours["p50_ms"] / report["p50_ms"] for ours, report in
                                        zip(rounds[us], reports))
                      for us in ("inkling", "inkling-fast")]
            lines.append(f"| {batch}, {threads} | {engine} "
                         f"| {spread([r['p50_ms'] for r in reports])} "
                         f"| {spread([r['images_per_s'] for r in reports])} "
                         f"| {ratios[0]:.2f} | {ratios[1]:.2f} |")
    return "\n".join(lines)


def main(what, file):
    if what == "times":
        print(table(read(file)))
        return 0
    differ = differences(dict(read(file)))
    print("Of the first 1,000 test pictures, predictions that differ from Inkling's: " +
          ", ".join(f"{engine} {count}" for engine, count in differ.items()
                    if engine != "inkling") + ".\n")
    return 1 if max(differ.values()) > MAX_DIFFERENCES else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("predictions", "times"):
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
