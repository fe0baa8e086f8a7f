"""Runs what a package installed, as on a machine that has nothing else, and asks it for what users
rely on.

    package_test.py ROOT PREFIX server|tool...

ROOT is the machine's file system, PREFIX where in it bin/ is. Expects to be alone in namespaces of
its own (unshare --mount --mount-proc --net --pid). Exits 1 where something is not as promised.
"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys

import contract
from alone import API, PAGE, PATIENCE, Root, bring_loopback_up, child_of, first_answer
from faults import report


def faults_of_server(machine, prefix):
    server = f"{prefix}/bin/inkling-server"
    process = machine.start([server])
    first_answer(process)
    yield from contract.faults(API, PAGE)
    if (code := machine.start([server, "healthcheck"]).wait(PATIENCE)) != 0:
        yield f"expected the health check to end with 0, received {code}"
    os.kill(child_of(process), signal.SIGTERM)
    if (code := process.wait(PATIENCE)) != 0:
        yield f"expected SIGTERM to end it with 0, received {code}"


def write_data_set(folder, count=96, side=28):
    """Noise in MNIST's form: enough to see that a training runs."""
    noise = random.Random(1)
    for part in ("train", "t10k"):
        images = struct.pack(">4I", 2051, count, side, side) + noise.randbytes(count * side**2)
        labels = struct.pack(">2I", 2049, count) + bytes(i % 10 for i in range(count))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(labels)


def faults_of_tool(machine, prefix):
    def output(*command):
        process = machine.start(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        answer = process.communicate(timeout=PATIENCE)[0]
        return process.returncode, answer

    code, answer = output(f"{prefix}/bin/inkling", "predict", "--json", "/tmp/digit.png")
    if code != 0 or json.loads(answer)[0]["predicted_digit"] != 7:
        yield f"inkling predict: expected a seven, received {answer!r} and exit code {code}"
    for command in (
        ["inkling", "gradcheck", "--op", "linear"],
        ["inkling", "train", "--data", "/tmp", "--out", "/tmp/run", "--epochs", "1"],
        ["inkling-bench", "--batch", "1", "--json"],
    ):
        code, answer = output(f"{prefix}/bin/{command[0]}", *command[1:])
        if code != 0:
            yield f"{' '.join(command)}: expected exit code 0, received {code} and {answer!r}"
    charts = sorted(path.name for path in (machine.root / "tmp/run").glob("*.png"))
    if charts != ["loss.png", "predictions.png"]:
        yield f"inkling train: expected two charts, received {charts}"


def main():
    root, prefix, *parts = sys.argv[1:]
    bring_loopback_up()
    machine = Root(root)
    machine.mount()
    folder = machine.mount_empty("tmp")
    shutil.copy("docs/images/digit.png", folder)
    write_data_set(folder)
    faults = []
    for part in parts:
        faults += {"server": faults_of_server, "tool": faults_of_tool}[part](machine, prefix)
    return report("package_test", faults)


if __name__ == "__main__":
    sys.exit(main())
