"""Asks a running server many things at once, and checks each answer: that it is of that very
picture, as the command line says without a server.

    check_answers.py URL INKLING MNIST_FOLDER WORK_FOLDER REQUESTS

Exits 1 where one was not right.
"""

import asyncio
import base64
import collections
import json
import random
import sys
import time

from load import client, pictures, questions

PICTURES = 400
CONNECTIONS = 64


async def seen_by_network(url, files):
    """The pixels that the network sees of each."""
    connection = client.Connection(url)
    seen = []
    for file in files:
        _, body = await connection.ask(client.upload("/predict/", "file", [file]))
        seen.append(base64.b64decode(json.loads(body)["seen"]))
    connection.close()
    return seen


async def ask_at_random(url, asked, rest, counts, wrong):
    """One connection, closed now and then, whose requests come in one piece or two."""
    connection = client.Connection(url)
    chance = random.Random(len(rest))
    while rest:
        rest.pop()
        kind, sent, check = chance.choice(asked)
        cut = chance.randrange(1, len(sent)) if chance.random() < 0.5 else 0
        try:
            status, body = await connection.ask(sent, cut)
            right = check(status, body)
        except (OSError, EOFError, ValueError, KeyError, StopIteration) as error:
            right, status, body = False, repr(error), b""
        counts[kind] += 1
        if not right:
            wrong.append(f"{kind}: {status} {body[:200]!r}")
        if not right or chance.random() < 0.05:
            connection.close()
    connection.close()


async def main():
    url, inkling, mnist_folder, work, count = sys.argv[1:]
    paths = pictures.save_pictures(mnist_folder, work, PICTURES)
    files = [path.read_bytes() for path in paths]
    expected = pictures.offline_probabilities(inkling, paths)
    if not questions.are_distinct(expected):
        sys.exit("expected pictures that can be told apart by their probabilities")
    connection = client.Connection(url)
    model = json.loads((await connection.ask(client.request("GET", "/model")))[1])["name"]
    connection.close()
    asked = questions.all_of_them(files, expected, await seen_by_network(url, files), model)

    rest, counts, wrong = list(range(int(count))), collections.Counter(), []
    began = time.perf_counter()
    await asyncio.gather(
        *(ask_at_random(url, asked, rest, counts, wrong) for _ in range(CONNECTIONS))
    )
    took = time.perf_counter() - began
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    print(f"{sum(counts.values())} answers in {took:.0f} s ({kinds}); {len(wrong)} not right")
    for line in wrong[:10]:
        print("  " + line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
