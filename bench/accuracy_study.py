"""Trains each row of settings with each seed and prints the table; script/accuracy-study calls it.

    accuracy_study.py INKLING DATA ROWS OUT EPOCHS "SEED..." [FLAG...]
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

inkling, data, rows_file, out, epochs, seeds, *common = sys.argv[1:]
out = pathlib.Path(out)
out.mkdir(parents=True, exist_ok=True)
results_file = out / "results.jsonl"


def read_rows(text):
    """[(name, flags)], flags being all that the row trains with."""
    rows, kept = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, flags = line.partition(":")
        if not colon:
            sys.exit(f"accuracy-study: {rows_file}:{number}: expected NAME: FLAGS, received {line}")
        mark = name[0] if name[0] in "+?" else ""
        own = flags.split()
        base = kept if mark else []
        rows.append((name.strip(), base + own))
        if mark != "?":
            kept = base + own
    return rows


def train(flags, seed):
    """The run's summary. Its folder goes once the result is there: a checkpoint is 80 MB."""
    run = out / "run"
    shutil.rmtree(run, ignore_errors=True)
    command = [inkling, "train", "--data", data, "--out", str(run), "--no-test", "--json",
               "--epochs", epochs, "--validation", "5000", *common, *flags, "--seed", seed]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"accuracy-study: {' '.join(command)}\nended with exit code {done.returncode}")
    shutil.rmtree(run)
    return json.loads(done.stdout)


def accuracies(name, flags):
    for seed in seeds.split():
        key = {"epochs": epochs, "flags": [*common, *flags], "seed": seed}
        found = [r["accuracy"] for r in results if {k: r[k] for k in key} == key]
        if not found:
            print(f"{name}, seed {seed}", file=sys.stderr)
            found = [train(flags, seed)["validation_accuracy"]]
            results.append({**key, "name": name, "accuracy": found[0]})
            with results_file.open("a") as file:
                print(json.dumps(results[-1]), file=file)
        yield 100 * found[0]


results = ([json.loads(line) for line in results_file.read_text().splitlines()]
           if results_file.exists() else [])
print(f"| {epochs} epochs | held out, % | std | runs | flags of the row |")
print("|---|---|---|---|---|")
previous = []
for name, flags in read_rows(pathlib.Path(rows_file).read_text()):
    values = list(accuracies(name, flags))
    spread = f"{statistics.stdev(values):.3f}" if len(values) > 1 else ""
    own = flags[len(previous):] if flags[:len(previous)] == previous else flags
    if not name.startswith("?"):
        previous = flags
    print(f"| {name} | {statistics.mean(values):.3f} | {spread} | {len(values)} "
          f"| `{' '.join(own)}` |", flush=True)
