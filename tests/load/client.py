"""Requests, and connections that are kept open, or not."""

import asyncio
import json


def request(method, path, body=b"", content_type=None):
    """A whole one, in bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: h\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    if method == "POST":
        head += f"Content-Length: {len(body)}\r\n"
    return (head + "\r\n").encode() + body


FORM = "multipart/form-data; boundary=B"


def form(field, files):
    """The body of a FORM with these files."""
    body = b""
    for file in files:
        head = f'--B\r\nContent-Disposition: form-data; name="{field}"; filename="{len(body)}"\r\n'
        body += (head + "\r\n").encode() + file + b"\r\n"
    return body + b"--B--\r\n"


def upload(path, field, files):
    """A form with these files, as a request."""
    return request("POST", path, form(field, files), FORM)


def json_request(path, value):
    return request("POST", path, json.dumps(value).encode(), "application/json")


class Connection:
    """One request and answer after another; opened where it is not."""

    def __init__(self, url):
        self.port = int(url.rsplit(":", 1)[1])
        self.reader = self.writer = None

    async def ask(self, sent, cut=0):
        """The answer's status and body. cut: the length of the request's first piece of two."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        if cut:
            self.writer.write(sent[:cut])
            await asyncio.sleep(0)
        self.writer.write(sent[cut:])
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = int(next(line[16:] for line in lines if line.startswith("content-length: ")))
        answer = int(lines[0].split()[1]), await self.reader.readexactly(length)
        if "connection: close" in lines:
            self.close()
        return answer

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.reader = self.writer = None
