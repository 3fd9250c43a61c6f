"""As much of HTTP/1.1 as the server needs, over the streams of asyncio."""

import asyncio
import json
from dataclasses import dataclass

MAX_HEAD = 64 * 1024
MAX_BODY = 32 * 1024 * 1024
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 413: "Content Too Large"}


class HttpError(Exception):
    """What is no request of HTTP: it is answered, and the connection closed."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class HttpRequest:
    method: str
    path: str
    body: bytes
    keeps_alive: bool


async def read_http(reader, writer):
    """The next request of a connection; None where the client has closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise HttpError(400, "the head of the request is too long") from None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise HttpError(400, "this is not HTTP/1.1")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await read_body(reader, headers)
    is_closing = headers.get("connection", "").lower() == "close" or words[2] == "HTTP/1.0"
    return HttpRequest(words[0], words[1].partition("?")[0], body, not is_closing)


async def read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await read_chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or "transfer-encoding" in headers:
        raise HttpError(400, "the length of the body is not valid")
    if int(length) > MAX_BODY:
        raise HttpError(413, f"the body is above {MAX_BODY} bytes")
    return await reader.readexactly(int(length))


async def read_chunks(reader):
    body = b""
    while True:
        line = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            raise HttpError(400, "the length of a chunk is not valid") from None
        if size < 0 or len(body) + size > MAX_BODY:
            raise HttpError(413, f"the body is above {MAX_BODY} bytes")
        if size == 0:
            while (await reader.readuntil(b"\r\n")) != b"\r\n":
                pass
            return body
        body += await reader.readexactly(size)
        await reader.readexactly(2)


def head_of(status, headers):
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def whole_answer(status, content, kind="application/json"):
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    return head_of(status, {"content-type": kind, "content-length": len(body)}) + body


STREAM_HEAD = head_of(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
STREAM_END = b"0\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
