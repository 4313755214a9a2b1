/** An MCP server as the user adds it to an application. */
export interface Connector {
  /** The configured name, or the path. */
  readonly name: string;
  /** Clients compare it character by character. */
  readonly url: string;
}

/** A short name for command lines and configuration files, of letters, digits and hyphens. */
export const shortName = ({ name, url }: Connector): string => {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
  return plain(name) || plain(new URL(url).pathname) || 'mcp';
};

/** A link that opens VS Code, which asks before it adds the server (code.visualstudio.com, "URL handler"). */
export const vsCodeLink = (scheme: 'vscode' | 'vscode-insiders', connector: Connector): string =>
  `${scheme}:mcp/install?${encodeURIComponent(
    JSON.stringify({ name: shortName(connector), type: 'http', url: connector.url }),
  )}`;

/** A link that opens Cursor, which asks before it adds the server (cursor.com/docs, "MCP install links"). */
export const cursorLink = (connector: Connector): string => {
  const query = new URLSearchParams({
    name: shortName(connector),
    config: Buffer.from(JSON.stringify({ url: connector.url })).toString('base64'),
  });
  return `cursor://anysphere.cursor-deeplink/mcp/install?${query}`;
};
