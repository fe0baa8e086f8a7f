"""Runs `inkling` in a terminal emulator and checks the screen after a training and an evaluation.

    terminal_test.py INKLING COLUMNS

A progress line that was wider than the terminal, or was not erased, would leave lines of its own.
"""
import fcntl
import gzip
import os
import pty
import random
import re
import struct
import subprocess
import sys
import tempfile
import termios

import pyte

ROWS = 60


def idx(*sides, data):
    header = bytes([0, 0, 8, len(sides)]) + b"".join(struct.pack(">I", side) for side in sides)
    return gzip.compress(header + data, 1)


def write_data(folder, name, count):
    """Noise, in MNIST's form: large enough pictures that a step takes a while."""
    noise = random.Random(count)
    with open(f"{folder}/{name}-images-idx3-ubyte.gz", "wb") as images:
        images.write(idx(count, 28, 28, data=noise.randbytes(count * 28 * 28)))
    with open(f"{folder}/{name}-labels-idx1-ubyte.gz", "wb") as labels:
        labels.write(idx(count, data=bytes(i % 10 for i in range(count))))


def run_in_terminal(command, columns):
    """Returns the bytes that a command wrote to a terminal, and the lines then on its screen."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        print(f"SKIPPED: this machine has no pseudo-terminals: {error}")
        sys.exit()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:  # EIO: nobody has the other side any more
            break
        if not block:
            break
        written += block
    assert process.wait() == 0, written.decode()
    screen = pyte.Screen(columns, ROWS)
    pyte.ByteStream(screen).feed(written)
    return written, [line.rstrip() for line in screen.display if line.strip()]


def without_wraps(lines, columns):
    """Lines as they were written: one that fills the terminal goes on in the next."""
    whole, goes_on = [], False
    for line in lines:
        if goes_on:
            whole[-1] += line
        else:
            whole.append(line)
        goes_on = len(line) >= columns - 1
    return whole


def expect_lines(lines, patterns):
    rest = "\n".join(lines)
    for pattern in patterns:
        match = re.match(pattern, rest, re.DOTALL)
        assert match, f"expected {pattern!r}, received:\n{rest}"
        rest = rest[match.end():].lstrip("\n")
    assert not rest, f"expected nothing more, received:\n{rest}"


def main():
    program, columns = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        write_data(folder, "train", 400)
        write_data(folder, "t10k", 600)
        train = [program, "train", "--device", "cpu", "--data", folder,
                 "--out", f"{folder}/run", "--epochs", "2"]
        written, lines = run_in_terminal(train, columns)
        assert written.count(b"\r\x1b[2K") > 4, "expected progress to be refreshed"
        epoch = r"epoch\s*%d/2  loss.*?images/s  (\d+ min )?\d+ s(?=\n)"
        expect_lines(without_wraps(lines, columns), [
            r"LargerCNN, .*?seed 1(?=\n)", epoch % 1, epoch % 2,
            r"temperature [\d.]+, abstains below a confidence of [\d.]+(?=\n)",
            r"test accuracy .*?loss [\d.]+(?=\n)", r"weights: .*?model\.safetensors$"])

        evaluate = [program, "evaluate", "--device", "cpu", "--data", folder,
                    "--model", f"{folder}/run/model.safetensors"]
        written, lines = run_in_terminal(evaluate, columns)
        assert b"LargerCNN" in written and b"\r\x1b[2K" in written, "expected progress"
        assert re.match(r"LargerCNN: accuracy", lines[0]), lines
    print(f"{columns} columns: no leftovers")


main()
