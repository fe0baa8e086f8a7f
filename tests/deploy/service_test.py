"""Boots a machine on which inkling-server is installed, and does what its administrator does.

    service_test.py ROOT

ROOT is the machine's file system. Expects to be alone in namespaces of its own (unshare --mount
--mount-proc --net --pid). Exits 1 where something is not as promised.
"""

import pathlib
import signal
import subprocess
import sys
import time

import contract
from alone import API, PAGE, PATIENCE, bring_loopback_up, child_of
from faults import report
from load import client

UNIT = "inkling-server"
DROP_IN_FOLDER = pathlib.Path(f"/etc/systemd/system/{UNIT}.service.d")
DROP_IN = """[Service]
LoadCredential=api-keys:/etc/inkling/api-keys
Environment="INKLING_FLAGS=--api-keys %d/api-keys --feedback /var/lib/inkling/feedback"
"""


class Machine:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe",
             f"--directory={root}", "--boot"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )

    def attempt(self, *command):
        """How the command ended there, and what it said."""
        init = str(child_of(self.process))
        return subprocess.run(
            ["nsenter", "--target", init, "--all", *command],
            capture_output=True, text=True, timeout=PATIENCE,
        )

    def run(self, *command):
        """What the command said; it has to end well."""
        ended = self.attempt(*command)
        if ended.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {ended.returncode}, {ended.stderr}")
        return ended.stdout

    def show(self, name):
        """A property of the service."""
        return self.run("systemctl", "show", UNIT, "--value", f"--property={name}").strip()

    def wait_until_healthy(self):
        patient_until = time.perf_counter() + PATIENCE
        while self.attempt(UNIT, "healthcheck").returncode != 0:
            if self.process.poll() is not None or time.perf_counter() > patient_until:
                said = self.attempt("journalctl", "--no-pager", f"--unit={UNIT}").stdout
                sys.exit(f"expected a healthy server, received:\n{said}")

    def power_off(self):
        self.process.send_signal(signal.SIGTERM)  # systemd-nspawn makes an orderly end of it
        self.process.wait(PATIENCE)


def faults_of_service(machine):
    machine.wait_until_healthy()
    yield from contract.faults(API, PAGE)
    user = machine.run("stat", "--format=%u", f"/proc/{machine.show('MainPID')}").strip()
    if not 61184 <= int(user) <= 65519:  # systemd's dynamic users
        yield f"expected the service to run as a user of its own, received {user}"
    machine.run("systemctl", "reload", UNIT)
    machine.wait_until_healthy()

    machine.run("systemctl", "kill", "--signal=KILL", UNIT)
    patient_until = time.perf_counter() + PATIENCE
    while machine.show("NRestarts") == "0" and time.perf_counter() < patient_until:
        pass  # each look takes some milliseconds
    machine.wait_until_healthy()
    if (restarts := machine.show("NRestarts")) != "1":
        yield f"expected it to be started again once, received {restarts} times"


def feedback_form():
    fields = ""
    for name, value in (("label", "7"), ("consent", "true")):
        fields += f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    return fields.encode() + client.form("file", [contract.seven()])


def faults_with_keys(machine):
    """Keys that only root may read, and a folder for feedback."""
    folder = machine.root / DROP_IN_FOLDER.relative_to("/")
    folder.mkdir()
    (folder / "override.conf").write_text(DROP_IN)
    (machine.root / "etc/inkling").mkdir()
    said = machine.run(UNIT, "keygen", "--api-keys", "/etc/inkling/api-keys", "--name", "test")
    machine.run("chmod", "600", "/etc/inkling/api-keys")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", UNIT)
    key = next(word for word in said.split() if word.startswith("inkling_"))
    machine.wait_until_healthy()

    def feedback(headers):
        return contract.ask(
            API, "POST", "/feedback", feedback_form(), {"Content-Type": client.FORM, **headers}
        )[0]

    if (status := feedback({})) != 401:
        yield f"expected 401 without a key, received {status}"
    if (status := feedback({"X-API-Key": key})) // 100 != 2:
        yield f"expected feedback to be taken with a key, received {status}"
    if not list((machine.root / "var/lib/private/inkling/feedback").iterdir()):
        yield "expected feedback in /var/lib/inkling, received none"

    machine.run("systemctl", "stop", UNIT)
    if (result := machine.show("Result")) != "success":
        yield f"expected it to stop well, received {result}"


def main():
    bring_loopback_up()
    machine = Machine(sys.argv[1])
    try:
        faults = [*faults_of_service(machine), *faults_with_keys(machine)]
        machine.run("apt-get", "purge", "-qq", "-y", UNIT, "inkling", "inkling-common")
        machine.run("rm", "-r", "/etc/inkling", str(DROP_IN_FOLDER))
    finally:
        machine.power_off()
    return report("service_test", faults)


if __name__ == "__main__":
    sys.exit(main())
