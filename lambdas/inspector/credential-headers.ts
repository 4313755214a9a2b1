import { parseCredentialHeaders } from '../core/mcp/backend-headers.ts';

/**
 * Returns the headers by which an MCP server knows that a request came through Gatehouse: name in lower case → value.
 *
 * @throws Error while the secret has no usable values
 * @throws UnavailableError
 */
export type CredentialHeaders = () => Promise<Readonly<Record<string, string>>>;

/** A secret of which a copy is kept for five minutes. Undefined while it has no value. */
export interface KeptSecret {
  read(): Promise<string | undefined>;
  readAgain(): Promise<string | undefined>;
}

/** Reads them from the secret that the operator fills. A new value is used within five minutes. */
export const credentialHeaders =
  (secret: KeptSecret, names: readonly string[], secretId: string): CredentialHeaders =>
  async () => {
    const headersOf = (text: string | undefined) =>
      text === undefined ? undefined : parseCredentialHeaders(text, names);
    // A copy that cannot be used is read again, because the operator may have mended it.
    const headers = headersOf(await secret.read()) ?? headersOf(await secret.readAgain());
    if (headers === undefined) throw new Error(notUsable(names, secretId));
    return headers;
  };

const notUsable = (names: readonly string[], secretId: string): string => {
  const example = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'VALUE'])));
  const [, , , region] = secretId.split(':');
  return (
    'the secret with the headers for the MCP server does not hold a value for each; fill it with: ' +
    `aws secretsmanager put-secret-value ${region ? `--region ${region} ` : ''}--secret-id ${secretId} --secret-string '${example}'`
  );
};
