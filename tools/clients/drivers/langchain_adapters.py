"""langchain-mcp-adapters: each call of a tool is a session of its own, with the Python SDK's OAuth."""

import asyncio

from conversation import URL, Callback, arguments_of, converse
from langchain_mcp_adapters.client import MultiServerMCPClient
from mcp_sdk import provider_for


async def main():
    callback = Callback()
    await callback.start()
    client = MultiServerMCPClient({"gatehouse": {"transport": "streamable_http", "url": URL, "auth": provider_for(callback)}})
    tools = {}

    async def call(name):
        if not tools:
            tools.update({tool.name: tool for tool in await client.get_tools()})
        result = await tools[name].ainvoke(arguments_of(name))
        return result if isinstance(result, str) else result[0]["text"]

    await converse(call)


asyncio.run(main())
