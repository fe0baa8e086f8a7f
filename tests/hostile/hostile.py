"""Hostile clients against a running server, and what a good one notices meanwhile.

    hostile.py URL PID [SECONDS]

Attackers come from 127.0.0.2 and are a process of their own; the good clients come from 127.0.0.3:
one asks /healthz, one uploads a small drawing, each again and again on new connections. Prints a
row for each attack: what both noticed (median, 99th percentile, maximum), the answers that were no
200, and the server's memory and descriptors after it. Exits 1
when a row misses what docs/reliability.md promises.
"""

import asyncio
import multiprocessing
import os
import pathlib
import random
import struct
import sys
import time
import zlib

ATTACKER = ("127.0.0.2", 0)
GOOD = ("127.0.0.3", 0)
HEALTH_LIMIT = 0.1  # seconds


def png(width, height, row, depth, color, filter_type=0):
    """A PNG of rows that are all alike, as they are behind their filter."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    pixels = zlib.compress((bytes([filter_type]) + row) * height, 9)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def drawing():
    """A black bar on white paper, 100 x 100."""
    row = b"\xff" * 45 + b"\0" * 10 + b"\xff" * 45
    return png(100, 100, row, 8, 0)


def upload(picture):
    """A whole request."""
    form = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n'
        + picture
        + b"\r\n--B--\r\n"
    )
    head = (
        "POST /predict/ HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\n"
        f"Content-Length: {len(form)}\r\n\r\n"
    )
    return head.encode() + form


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
UPLOAD = upload(drawing())
# Slow to decode for its size: 4,000,000 pixels of 16-bit RGBA, noise behind Paeth's filter.
SLOW = upload(png(2000, 2000, random.Random(1).randbytes(16000), 16, 6, filter_type=4))


class Server:
    """Where it is, and how it does."""

    def __init__(self, url, pid):
        self.port = int(url.rsplit(":", 1)[1])
        self.pid = pid

    def connect(self, local):
        return asyncio.open_connection("127.0.0.1", self.port, local_addr=local)

    def memory(self):
        """Resident, in MB."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1000

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


async def answer_to(server, request, local):
    """The status of one request on a connection of its own, and how long it took."""
    began = time.perf_counter()
    reader, writer = await server.connect(local)
    try:
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 30)
        return int(line.split()[1]), time.perf_counter() - began
    finally:
        writer.close()


async def good_client(server, request, until, log):
    """Asks until then; a status of 0 is a connection that ended without one."""
    while time.perf_counter() < until:
        try:
            log.append(await answer_to(server, request, GOOD))
        except (OSError, IndexError, ValueError, asyncio.TimeoutError):
            log.append((0, 0.0))
        await asyncio.sleep(0.01)


async def repeat(server, until, play):
    """Plays an attacker's part on one connection after another."""
    while time.perf_counter() < until:
        try:
            reader, writer = await server.connect(ATTACKER)
            try:
                await play(reader, writer)
            finally:
                writer.close()
        except (OSError, asyncio.TimeoutError):
            await asyncio.sleep(0.01)


async def hold(reader, writer, sent, pause=None):
    """Sends that, then a byte each pause or nothing, until the server closes."""
    writer.write(sent)
    while not reader.at_eof():
        try:
            await asyncio.wait_for(reader.read(1000), pause or 30)
        except asyncio.TimeoutError:
            if pause is None:
                return
            writer.write(b"a")


async def slow_pictures(reader, writer):
    writer.write(SLOW)
    await asyncio.wait_for(reader.readline(), 30)


async def silence(reader, writer):
    await hold(reader, writer, b"")


async def empty_lines(reader, writer):
    await hold(reader, writer, b"\r\n")


async def slow_heads(reader, writer):
    await hold(reader, writer, b"GET / HTTP/1.1\r\nHost: h\r\nX-a: ", 0.5)


async def slow_bodies(reader, writer):
    head = b"POST /predict/ HTTP/1.1\r\nHost: h\r\nContent-Length: 8388608\r\n\r\n"
    await hold(reader, writer, head + b"a" * 8_388_000, 0.5)


async def no_reading(reader, writer):
    """Pipelines requests for the largest file and reads nothing."""
    writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n" * 500)
    await asyncio.sleep(3)


async def resets(reader, writer):
    """Gone before the answer: the kernel sends a reset, as linger is 0."""
    writer.write(UPLOAD)
    await writer.drain()
    await asyncio.sleep(random.random() * 0.01)
    socket = writer.get_extra_info("socket")
    socket.setsockopt(1, 13, struct.pack("ii", 1, 0))


async def nonsense(reader, writer):
    choices = [
        os.urandom(2000),
        b"\0" * 3000,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 2000,
        b"GET / HTTP/1.1\nHost: h\n\n",
    ]
    writer.write(random.choice(choices))
    await asyncio.wait_for(reader.read(1000), 5)


async def pipelines(reader, writer):
    writer.write(HEALTH * 2000)
    for _ in range(2000):
        if not await asyncio.wait_for(reader.readline(), 10):
            return


# Name, connections at once, what each does.
ATTACKS = [
    ("none", 0, None),
    ("slow pictures", 40, slow_pictures),
    ("connections that say nothing", 4000, silence),
    ("empty lines", 1000, empty_lines),
    ("headers, a byte each 0.5 s", 1000, slow_heads),
    ("bodies of 8 MiB that do not end", 40, slow_bodies),
    ("answers that are not read", 100, no_reading),
    ("resets before the answer", 20, resets),
    ("nonsense", 20, nonsense),
    ("2,000 pipelined requests", 10, pipelines),
]


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def milliseconds(log):
    """Median, 99th percentile and maximum of the answered ones."""
    times = sorted(seconds for status, seconds in log if status == 200)
    if not times:
        return "none"
    shown = (percentile(times, 0.5), percentile(times, 0.99), times[-1])
    return " / ".join(f"{1000 * seconds:.1f}" for seconds in shown)


def attack(server, until, play, connections):
    """A process that does nothing else."""

    async def all_of_them():
        await asyncio.wait(
            [asyncio.create_task(repeat(server, until, play)) for _ in range(connections)],
            timeout=until - time.perf_counter(),
        )

    asyncio.run(all_of_them())
    os._exit(0)  # their sockets with it


async def row(server, name, connections, play, seconds):
    """One attack; returns whether the good clients were served as promised."""
    until = time.perf_counter() + seconds
    attackers = multiprocessing.Process(target=attack, args=(server, until, play, connections))
    if connections > 0:
        attackers.start()
        await asyncio.sleep(min(1, seconds / 4))
    health, uploads = [], []
    await asyncio.gather(
        good_client(server, HEALTH, until, health), good_client(server, UPLOAD, until, uploads)
    )
    if connections > 0:
        attackers.join()
    refused = sum(status != 200 for status, _ in health + uploads)
    slowest = max((time for status, time in health if status == 200), default=float("inf"))
    print(
        f"| {name} | {connections} | {milliseconds(health)} | {milliseconds(uploads)} "
        f"| {refused} of {len(health) + len(uploads)} "
        f"| {server.memory():.0f} | {server.descriptors()} |",
        flush=True,
    )
    return refused == 0 and slowest <= HEALTH_LIMIT


async def main():
    server = Server(sys.argv[1], int(sys.argv[2]))
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 10
    print("| attack | connections | /healthz, ms | upload, ms | no 200 | MB | descriptors |")
    print("|---|---|---|---|---|---|---|")
    kept = [await row(server, *attack, seconds) for attack in ATTACKS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
