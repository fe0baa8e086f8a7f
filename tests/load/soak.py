"""Loads a running server for a long time: first with 70 % of what it can do, then with five times
as much, and says what became of its answers, its memory and its descriptors.

    soak.py URL PID MNIST_FOLDER WORK_FOLDER MINUTES OVERLOAD_MINUTES

Prints two tables. Exits 1 where docs/reliability.md promises more.
"""

import asyncio
import os
import pathlib
import sys

from load import client, pace, pictures

PICTURES = 200
LARGE_SIDE = 2240  # of the overload's pictures, so that few of them are much work
SHARE = 0.7
OVERLOAD = 5
CONNECTIONS = 800  # then; the server has room for 1,000
MEMORY_GROWTH = 0.01
SLOWEST = 3  # seconds: the 99th percentile of what is answered in an overload


class Server:
    """Where it is, and what it holds."""

    def __init__(self, url, pid):
        self.url, self.pid = url, pid

    def megabytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1000

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


async def capacity(server, requests):
    """Answers a second where 16 connections ask without a pause."""
    seconds = 10
    return len(await pace.load(server.url, requests, 16, pace.at_once(seconds))) / seconds


async def steady(server, requests, minutes):
    """Whether memory and descriptors stay where they are, in tenths of the time."""
    rate = SHARE * await capacity(server, requests)
    print(f"{rate:.0f} requests a second, {SHARE:.0%} of what it can do beside this client:\n")
    print("| minutes | answers | ms, median / 99 % / max | MB | descriptors |")
    print("|---|---|---|---|---|")
    held, right = [], True
    for tenth in range(1, 11):
        log = await pace.load(server.url, requests, 64, pace.at_rate(rate, 6 * minutes))
        held.append((server.megabytes(), server.descriptors()))
        print(
            f"| {minutes * tenth / 10:g} | {pace.statuses(log)} | {pace.percentiles(log, 200)[0]} "
            f"| {held[-1][0]:.1f} | {held[-1][1]} |",
            flush=True,
        )
        right = right and all(status == 200 for status, _ in log)
    (first, descriptors), (last, descriptors_now) = held[0], held[-1]
    print(f"\nmemory {last / first - 1:+.2%} since the first tenth")
    return right and last <= first * (1 + MEMORY_GROWTH) and descriptors_now <= descriptors


async def overload(server, requests, minutes):
    """Whether it answers or refuses, in time."""
    able = await capacity(server, requests)
    times = pace.at_rate(OVERLOAD * able, 60 * minutes)
    log = await pace.load(server.url, requests, CONNECTIONS, times)
    shown, slowest = pace.percentiles(log, 200)
    print(f"\n{OVERLOAD} times the {able:.1f} large pictures a second that it can do, ", end="")
    print(f"{minutes:g} minutes:\n")
    print("| answers | 200: ms, median / 99 % / max | 429 or 503 | MB | descriptors |")
    print("|---|---|---|---|---|")
    print(
        f"| {pace.statuses(log)} | {shown} | {pace.percentiles(log, 503)[0]} "
        f"| {server.megabytes():.1f} | {server.descriptors()} |"
    )
    return {status for status, _ in log} <= {200, 429, 503} and slowest <= SLOWEST


async def main():
    url, pid, mnist_folder, work, minutes, overload_minutes = sys.argv[1:]
    server = Server(url, int(pid))
    files = [path.read_bytes() for path in pictures.save_pictures(mnist_folder, work, PICTURES)]
    small = [client.upload("/predict/", "file", [file]) for file in files]
    large = [
        client.upload("/predict/", "file", [file])
        for file in pictures.large_photographs(mnist_folder, LARGE_SIDE, 5)
    ]
    kept = await steady(server, small, float(minutes))
    answered = await overload(server, large, float(overload_minutes))
    return 0 if kept and answered else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
