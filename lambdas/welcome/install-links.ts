/** One MCP server, as a person gives it to a program. */
export interface Connector {
  /** For people; the path where the configuration names none. */
  readonly name: string;
  /** Exactly as it must be typed. */
  readonly url: string;
}

/** A short name for command lines and files: letters, digits and hyphens. */
export const shortName = ({ name, url }: Connector): string => {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
  return plain(name) || plain(new URL(url).pathname) || 'mcp';
};

/** Opens VS Code, which shows what it would add and asks (code.visualstudio.com, "URL handler"). */
export const vsCodeLink = (scheme: 'vscode' | 'vscode-insiders', connector: Connector): string =>
  `${scheme}:mcp/install?${encodeURIComponent(
    JSON.stringify({ name: shortName(connector), type: 'http', url: connector.url }),
  )}`;

/** Opens Cursor, which asks before it adds anything (cursor.com/docs, "MCP install links"). */
export const cursorLink = (connector: Connector): string => {
  const query = new URLSearchParams({
    name: shortName(connector),
    config: Buffer.from(JSON.stringify({ url: connector.url })).toString('base64'),
  });
  return `cursor://anysphere.cursor-deeplink/mcp/install?${query}`;
};
