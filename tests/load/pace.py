"""Requests at a pace: at a rate, or each when the last is answered, and what became of them."""

import asyncio
import collections
import time

from load import client


async def ask_in_turn(url, requests, times, log):
    """One connection: a request at each of the times that it takes from the iterator. Writes down
    the status and the seconds since then; a status of 0 is none."""
    connection = client.Connection(url)
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


async def load(url, requests, connections, times):
    log = []
    await asyncio.gather(
        *(ask_in_turn(url, requests, times, log) for _ in range(connections))
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
