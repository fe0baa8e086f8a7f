"""What users of the earlier application rely on, asked of a running server with its own weights;
tests/server/contract_test.cpp asks it line by line. With the standard library alone.

    contract.py API_PORT PAGE_PORT
"""

import http.client
import json
import pathlib
import struct
import sys
import zlib

from faults import report
from load import client

BLANK = {"error": "Image is blank. Please provide a valid digit."}
MISSING = {
    "detail": [
        {"type": "missing", "loc": ["body", "file"], "msg": "Field required", "input": None}
    ]
}


def ask(port, method, path, body=None, headers=None):
    """Status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def upload(port, content, field="file"):
    """Of a file in a form, as browsers do it."""
    headers = {"Content-Type": client.FORM}
    status, _, answer = ask(port, "POST", "/predict/", client.form(field, [content]), headers)
    return status, json.loads(answer)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def white_png(side=28):
    rows = (b"\0" + b"\xff" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def seven():
    return pathlib.Path("docs/images/digit.png").read_bytes()


def faults(api, page):
    """Yields a line for each point of the contract that the server on these ports breaks."""

    def expect(what, received, expected):
        if received != expected:
            yield f"{what}: expected {expected!r}, received {received!r}"

    def status_of(port, method, path):
        return ask(port, method, path)[0]

    welcome = ask(api, "GET", "/")
    yield from expect("GET / of the API", (welcome[0], json.loads(welcome[2])),
                      (200, {"message": "Welcome to the Digit Recognition API"}))
    for port in (api, page):
        status, answer = upload(port, seven())
        yield from expect("a seven", (status, answer.get("predicted_digit")), (200, 7))
        yield from expect("a blank picture", upload(port, white_png()), (400, BLANK))
        yield from expect("a form without a file", upload(port, seven(), "other"), (422, MISSING))
        status, answer = upload(port, b"no picture")
        yield from expect("no picture", (status // 100, set(answer)), (4, {"error"}))
        yield from expect("/docs", status_of(port, "GET", "/docs"), 200)
        yield from expect("/openapi.json", status_of(port, "GET", "/openapi.json"), 200)
        yield from expect("an unknown path", status_of(port, "GET", "/none"), 404)
        status, headers, answer = ask(port, "DELETE", "/predict/")
        yield from expect("a wrong method", (status, set(json.loads(answer))), (405, {"detail"}))
        yield from expect("its Allow", "POST" in headers.get("Allow", ""), True)
    status, headers, _ = ask(page, "GET", "/")
    yield from expect("the page", (status, headers["Content-Type"].split(";")[0]),
                      (200, "text/html"))


if __name__ == "__main__":
    sys.exit(report("contract", list(faults(*map(int, sys.argv[1:])))))
