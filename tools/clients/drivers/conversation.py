"""What the Python drivers share: the conversation with the run, and the callback of the client.

The run writes one line of JSON for each tool to call, and the driver answers each with one line. In between, the driver
may ask for the browser. Standard output has nothing else.
"""

import asyncio
import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

URL = os.environ["GATEHOUSE_URL"]
CALLBACK_PORT = int(os.environ["CALLBACK_PORT"])
REDIRECT_URI = f"http://localhost:{CALLBACK_PORT}/callback"


def say(**message):
    print(json.dumps(message), flush=True)


class Callback:
    """Listens for authorization responses, as an installed client does (RFC 8252 §7.3)."""

    def __init__(self):
        self.responses = asyncio.Queue()

    async def start(self):
        self.server = await asyncio.start_server(self.answer, "localhost", CALLBACK_PORT)

    async def answer(self, reader, writer):
        target = (await reader.readline()).decode().split(" ")[1]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await self.responses.put({name: values[0] for name, values in parse_qs(urlsplit(target).query).items()})


async def open_browser(url):
    say(open=str(url))


def causes(error):
    """The innermost errors of a group: anyio wraps what a task raised."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(causes(inner) for inner in error.exceptions)
    return f"{type(error).__name__}: {error}"


def arguments_of(tool):
    return {"text": "hello"} if tool == "echo" else {}


async def converse(call):
    """Calls tools until the run has no more. `call` takes a tool's name and returns its text, or raises."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            say(text=await call(json.loads(line)["call"]))
        except BaseException as error:  # noqa: BLE001: the run decides what an error means
            say(error=causes(error)[:1000])
