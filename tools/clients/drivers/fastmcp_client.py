"""fastmcp's client with its own OAuth: its own callback server, and the browser that the system has."""

import asyncio
import os
import sys
from pathlib import Path

os.environ["BROWSER"] = f"{sys.executable} {Path(__file__).with_name('open_browser.py')} %s"

from conversation import CALLBACK_PORT, URL, arguments_of, converse  # noqa: E402
from fastmcp import Client  # noqa: E402
from fastmcp.client.auth import OAuth  # noqa: E402


async def main():
    async with Client(URL, auth=OAuth(URL, callback_port=CALLBACK_PORT)) as client:

        async def call(tool):
            return (await client.call_tool(tool, arguments_of(tool))).content[0].text

        await converse(call)


asyncio.run(main())
