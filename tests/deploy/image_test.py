"""Runs a container image as its runtime would, and asks it for what deployments rely on.

    image_test.py ROOT INSPECTED OCI_FOLDER

ROOT is the image's file system, INSPECTED what `buildah inspect` says of it, OCI_FOLDER the image
in OCI's layout. Expects to be alone in namespaces of its own (unshare --mount --mount-proc --net
--pid). Prints what was measured; exits 1 where something is not as promised.
"""

import errno
import json
import os
import pathlib
import signal
import sys
import time

import contract
from alone import API, PAGE, PATIENCE, Root, bring_loopback_up, child_of, first_answer
from faults import report

MOST_MEGABYTES = 40


class Image(Root):
    def __init__(self, root, inspected):
        super().__init__(root)
        self.config = json.loads(pathlib.Path(inspected).read_text())["Docker"]["config"]
        self.user = self.config["User"]

    def healthcheck(self):
        kind, *command = self.config["Healthcheck"]["Test"]
        assert kind == "CMD", "expected a command that needs no shell"
        return self.start(command).wait(PATIENCE)


def compressed_megabytes(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder, "blobs/sha256").iterdir()) / 1e6


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}


def shells(root):
    names = {"sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg", "perl"}
    return [str(path) for path in root.rglob("*") if path.name in names and path.is_file()]


def faults_of_inventory(root):
    """What scanners read: the Debian release, and the packages that its libraries are from."""
    if "ID=debian" not in (root / "etc/os-release").read_text().split():
        yield "expected /etc/os-release to name Debian"
    packages = {path.name: path.read_text() for path in (root / "var/lib/dpkg/status.d").iterdir()}
    for name in ("libc6", "libssl3", "libpistache0"):
        if "\nVersion: " not in packages.get(name, ""):
            yield f"expected the version of {name} in status.d, received {sorted(packages)}"
    for name in packages:
        if not (root / "usr/share/doc" / name / "copyright").is_file():
            yield f"expected {name}'s copyright, received none"


def faults_while_it_runs(image, pid):
    """Of the running server; prints its figures."""
    status = status_of(pid)
    print(f"| memory after the first answer | {int(status['VmRSS'][0]) / 1000:.0f} MB |")
    if "0" in status["Uid"]:
        yield f"expected a user without rights, received {status['Uid']}"
    if status["NSpid"][-1] != "1":
        yield f"expected to be process 1 of its namespace, received {status['NSpid']}"
    try:
        pathlib.Path(f"/proc/{pid}/root/file").touch()
        yield "expected a read-only file system, received one that takes a file"
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
    if (code := image.healthcheck()) != 0:
        yield f"expected the health check to end with 0, received {code}"
    yield from contract.faults(API, PAGE)


def faults_of(image, oci):
    megabytes = compressed_megabytes(oci)
    print(f"| compressed | {megabytes:.1f} MB |")
    if megabytes > MOST_MEGABYTES:
        yield f"expected at most {MOST_MEGABYTES} MB, received {megabytes:.1f}"
    if found := shells(image.root):
        yield f"expected no shell and no package manager, received {found}"
    yield from faults_of_inventory(image.root)
    if set(image.config["ExposedPorts"]) != {f"{API}/tcp", f"{PAGE}/tcp"}:
        yield f"expected both ports to be exposed, received {image.config['ExposedPorts']}"
    if image.healthcheck() == 0:
        yield "expected the health check to fail while nothing runs"

    began = time.perf_counter()
    process = image.start(image.config["Entrypoint"] + (image.config.get("Cmd") or []))
    first_answer(process)
    milliseconds = 1000 * (time.perf_counter() - began)
    print(f"| start to the first prediction | {milliseconds:.0f} ms |")
    pid = child_of(process)
    yield from faults_while_it_runs(image, pid)

    began = time.perf_counter()
    os.kill(pid, signal.SIGTERM)
    code = process.wait(PATIENCE)
    print(f"| SIGTERM to its end | {1000 * (time.perf_counter() - began):.0f} ms |")
    if code != 0:
        yield f"expected SIGTERM to end it with 0, received {code}"


def main():
    root, inspected, oci = sys.argv[1:]
    bring_loopback_up()
    image = Image(root, inspected)
    image.mount()
    print("| image | |\n|---|---|")
    return report("image_test", list(faults_of(image, oci)))


if __name__ == "__main__":
    sys.exit(main())
