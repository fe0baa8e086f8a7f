"""Two servers behind a load balancer, under load, and what its clients see while they are replaced
one after the other, and when one of them is killed.

    rolling.py SERVER MNIST_FOLDER WORK_FOLDER SECONDS

SERVER is the program, SECONDS how long each part lasts. The balancer is haproxy, told to behave as
AWS's does: it asks /readyz, sends a request elsewhere where nobody takes its connection, and never
sends one a second time that a server has begun to read. Prints a table. Exits 1 where a request is
lost but by the kill, or by that more than one a connection.
"""

import asyncio
import pathlib
import signal
import socket
import sys
import time

from load import client, pace, pictures

CONNECTIONS = 16
PICTURES = 100
SHARE = 0.4  # of what both can do: one of them alone keeps up with it
DRAIN = 2  # seconds, in which the balancer notices
CONFIG = """
defaults
  mode http
  timeout connect 1s
  timeout client 75s
  timeout server 40s
  retries 3
  option redispatch 1
frontend clients
  bind 127.0.0.1:{port}
  default_backend servers
backend servers
  balance leastconn
  option httpchk
  http-check send meth GET uri /readyz
  default-server check inter 250ms fall 2 rise 2
  server first 127.0.0.1:{first}
  server second 127.0.0.1:{second}
"""


def free_ports(count):
    """Nobody's, at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


async def status_of(port, path):
    """Of GET path; 0: there is no answer."""
    connection = client.Connection(f"http://127.0.0.1:{port}")
    try:
        return (await connection.ask(client.request("GET", path)))[0]
    except (OSError, EOFError):
        return 0
    finally:
        connection.close()


async def until_answered(port, path):
    async with asyncio.timeout(30):
        while await status_of(port, path) != 200:
            await asyncio.sleep(0.02)


class Server:
    def __init__(self, program, port):
        self.command = [
            program, "--host", "127.0.0.1", "--port", str(port), "--ui-port", "0",
            "--threads", "1", "--drain", str(DRAIN), "--log-level", "error",
        ]
        self.port = port
        self.process = None

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(*self.command)
        await until_answered(self.port, "/readyz")

    async def end(self, number):
        self.process.send_signal(number)
        return await self.process.wait()

    async def replace(self):
        """As a rolling deployment does it; the next one goes only when the balancer uses this."""
        if (code := await self.end(signal.SIGTERM)) != 0:
            raise SystemExit(f"rolling: expected SIGTERM to end a server with 0, received {code}")
        await self.start()
        await asyncio.sleep(1)  # two checks of the balancer's, and some


async def part(name, url, requests, rate, seconds, meanwhile):
    """Loads from `seconds` before it begins to `seconds` after its end. Returns what was no 200."""
    done = asyncio.Event()

    def times():
        began = time.perf_counter()
        number = 0
        while not done.is_set():
            yield number, began + number / rate
            number += 1

    async def act():
        await asyncio.sleep(seconds)
        await meanwhile()
        await asyncio.sleep(seconds)
        done.set()

    log, _ = await asyncio.gather(pace.load(url, requests, CONNECTIONS, times()), act())
    print(f"| {name} | {pace.statuses(log)} | {pace.percentiles(log, 200)[0]} |", flush=True)
    return [status for status, _ in log if status != 200]


async def nothing():
    pass


async def measure(servers, url, requests, seconds):
    able = len(await pace.load(url, requests, CONNECTIONS, pace.at_once(seconds))) / seconds
    rate = SHARE * able
    print(f"{rate:.0f} requests a second over {CONNECTIONS} connections\n")
    print("| meanwhile | answers | 200: ms, median / 99 % / max |\n|---|---|---|")

    async def replace_both():
        for server in servers:
            await server.replace()

    async def kill_one():
        await servers[0].end(signal.SIGKILL)

    lost = await part("nothing", url, requests, rate, seconds, nothing)
    lost += await part("both replaced, one after the other", url, requests, rate, seconds,
                       replace_both)
    broken = await part("one killed (SIGKILL)", url, requests, rate, seconds, kill_one)
    lost += await part("the other alone, and then both again", url, requests, rate, seconds,
                       servers[0].start)
    return not lost and len(broken) <= CONNECTIONS


async def main():
    program, mnist_folder, work, seconds = sys.argv[1:]
    files = [path.read_bytes() for path in pictures.save_pictures(mnist_folder, work, PICTURES)]
    requests = [client.upload("/predict/", "file", [file]) for file in files]
    port, *ports = free_ports(3)
    config = pathlib.Path(work, "haproxy.cfg")
    config.write_text(CONFIG.format(port=port, first=ports[0], second=ports[1]))
    servers = [Server(program, one) for one in ports]
    balancer = None
    try:
        for server in servers:
            await server.start()
        balancer = await asyncio.create_subprocess_exec("haproxy", "-q", "-f", str(config))
        await until_answered(port, "/readyz")
        kept = await measure(servers, f"http://127.0.0.1:{port}", requests, float(seconds))
        return 0 if kept else 1
    finally:
        for process in (balancer, *(server.process for server in servers)):
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
