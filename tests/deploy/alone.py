"""Programs run in a file system that is not this machine's, with nothing of it but the kernel.

Expects to be alone in namespaces of its own (unshare --mount --mount-proc --net --pid).
"""

import fcntl
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import time

import contract

PATIENCE = 30  # seconds, after which it hangs
API, PAGE = 8000, 8501  # the server's own ports: nobody else has them in here
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def bring_loopback_up():
    with socket.socket() as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        _, flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


class Root:
    """A file system's root folder."""

    user = "65534:65534"

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def mount(self):
        """Read-only, with nothing but its own processes in /proc."""
        for arguments in (
            ["--bind", self.root, self.root],
            ["-o", "remount,bind,ro", self.root],
            ["-t", "proc", "proc", self.root / "proc"],
        ):
            subprocess.run(["mount", *map(str, arguments)], check=True)

    def mount_empty(self, folder):
        """A folder in memory, which everybody may write to."""
        path = self.root / folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", path], check=True)
        return path

    def start(self, command, **options):
        """The command as the user, the first process of a PID namespace."""
        return subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child",
             shutil.which("chroot"), f"--userspec={self.user}", str(self.root), *command],
            env={}, **options,
        )


def child_of(process):
    """What unshare or systemd-nspawn runs: the former waits for it, and passes no signal on."""
    while process.poll() is None:
        if pids := pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text():
            return int(pids.split()[0])
        time.sleep(0.001)
    sys.exit(f"expected {process.args[0]} to start, received exit code {process.returncode}")


def first_answer(process):
    """Returns when the server that the process runs has recognized a seven."""
    patient_until = time.perf_counter() + PATIENCE
    while process.poll() is None and time.perf_counter() < patient_until:
        try:
            status, answer = contract.upload(API, contract.seven())
            assert (status, answer["predicted_digit"]) == (200, 7)
            return
        except ConnectionRefusedError:
            time.sleep(0.001)
    sys.exit(f"expected it to start, received exit code {process.poll()}")
