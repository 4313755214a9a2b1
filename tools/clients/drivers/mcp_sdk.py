"""The Python SDK (`mcp`) 1.x and 2.x, each with the interface of its own time."""

import asyncio
from importlib.metadata import version

from conversation import REDIRECT_URI, URL, Callback, arguments_of, converse, open_browser
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

IS_CURRENT = int(version("mcp").split(".")[0]) >= 2
METADATA = OAuthClientMetadata(
    client_name=f"Python mcp {version('mcp')}",
    redirect_uris=[REDIRECT_URI],
    grant_types=["authorization_code", "refresh_token"],
    response_types=["code"],
    token_endpoint_auth_method="none",
)


class Memory:
    """The storage of the host application."""

    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


def provider_for(callback):
    async def response():
        parameters = await callback.responses.get()
        if not IS_CURRENT:
            return parameters.get("code", ""), parameters.get("state")
        from mcp.client.auth import AuthorizationCodeResult

        fields = AuthorizationCodeResult.model_fields if hasattr(AuthorizationCodeResult, "model_fields") else (
            AuthorizationCodeResult.__dataclass_fields__
        )
        return AuthorizationCodeResult(**{name: value for name, value in parameters.items() if name in fields})

    return OAuthClientProvider(URL, METADATA, Memory(), redirect_handler=open_browser, callback_handler=response)


def text_of(result):
    failed = getattr(result, "is_error", None) or getattr(result, "isError", False)
    text = result.content[0].text if result.content else ""
    if failed:
        raise RuntimeError(text)
    return text


async def with_1(provider):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with streamablehttp_client(URL, auth=provider) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        await converse(lambda tool: call(session, tool))


async def with_2(provider):
    from mcp import Client
    from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

    async with create_mcp_http_client(auth=provider) as http, Client(streamable_http_client(URL, http_client=http)) as client:
        await converse(lambda tool: call(client, tool))


async def call(session, tool):
    return text_of(await session.call_tool(tool, arguments_of(tool)))


async def main():
    callback = Callback()
    await callback.start()
    await (with_2 if IS_CURRENT else with_1)(provider_for(callback))


if __name__ == "__main__":
    asyncio.run(main())
