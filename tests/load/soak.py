"""Loads a running server for a long time: first with 70 % of what it can do, then with five times
as much, and says what became of its answers, its memory and its descriptors.

    soak.py URL PID MNIST_FOLDER WORK_FOLDER MINUTES OVERLOAD_MINUTES

Prints two tables. Exits 1 where docs/reliability.md promises more.
"""

import asyncio
import collections
import os
import pathlib
import sys
import time

from load import client, pictures

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


async def ask_in_turn(server, requests, times, log):
    """One connection: a request at each of the times that it takes from the iterator. Writes down
    the status and the seconds since then; a status of 0 is none."""
    connection = client.Connection(server.url)
    for number, when in times:
        await asyncio.sleep(max(0, when - time.perf_counter()))
        try:
            status, _ = await connection.ask(requests[number % len(requests)])
        except (OSError, EOFError):
            status = 0
            connection.close()
        log.append((status, time.perf_counter() - when))
    connection.close()


def at_rate(rate, seconds):
    """When each request is due; all connections take from it."""
    began = time.perf_counter()
    return ((number, began + number / rate) for number in range(int(rate * seconds)))


def at_once(seconds):
    """A next one when the last is answered."""
    until = time.perf_counter() + seconds
    number = 0
    while (now := time.perf_counter()) < until:
        yield number, now
        number += 1


async def load(server, requests, connections, times):
    log = []
    await asyncio.gather(
        *(ask_in_turn(server, requests, times, log) for _ in range(connections))
    )
    return log


def statuses(log):
    counts = collections.Counter(status for status, _ in log)
    return ", ".join(f"{number} x {status}" for status, number in sorted(counts.items()))


def percentiles(log, status):
    """Median, 99th percentile and maximum of that status, in ms."""
    times = sorted(1000 * took for one, took in log if one == status)
    if not times:
        return "none", float("inf")
    late = times[min(len(times) - 1, int(0.99 * len(times)))]
    return f"{times[len(times) // 2]:.1f} / {late:.1f} / {times[-1]:.1f}", late / 1000


async def capacity(server, requests):
    """Answers a second where 16 connections ask without a pause."""
    seconds = 10
    return len(await load(server, requests, 16, at_once(seconds))) / seconds


async def steady(server, requests, minutes):
    """Whether memory and descriptors stay where they are, in tenths of the time."""
    rate = SHARE * await capacity(server, requests)
    print(f"{rate:.0f} requests a second, {SHARE:.0%} of what it can do beside this client:\n")
    print("| minutes | answers | ms, median / 99 % / max | MB | descriptors |")
    print("|---|---|---|---|---|")
    held, right = [], True
    for tenth in range(1, 11):
        log = await load(server, requests, 64, at_rate(rate, 6 * minutes))
        held.append((server.megabytes(), server.descriptors()))
        print(
            f"| {minutes * tenth / 10:g} | {statuses(log)} | {percentiles(log, 200)[0]} "
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
    log = await load(server, requests, CONNECTIONS, at_rate(OVERLOAD * able, 60 * minutes))
    shown, slowest = percentiles(log, 200)
    print(f"\n{OVERLOAD} times the {able:.1f} large pictures a second that it can do, ", end="")
    print(f"{minutes:g} minutes:\n")
    print("| answers | 200: ms, median / 99 % / max | 429 or 503 | MB | descriptors |")
    print("|---|---|---|---|---|")
    print(
        f"| {statuses(log)} | {shown} | {percentiles(log, 503)[0]} "
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
