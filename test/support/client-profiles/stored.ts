import { readFile, writeFile } from 'node:fs/promises';
import { decodeJwt } from 'jose';

const ACCESS_TOKEN = /eyJ[\w-]+\.[\w-]+\.([\w-]+)/;
const REFRESH_TOKEN = /gh_rt_[\w.-]+/;

/**
 * Spoils the signature of the access token that a client stored, so that its next request meets a 401 long before the
 * token expires.
 */
export const spoilAccessToken = async (file: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  const signature = ACCESS_TOKEN.exec(text)?.[1];
  if (signature === undefined) throw new Error(`no access token is stored in ${file}`);
  await writeFile(file, text.replace(signature, [...signature].reverse().join('')));
};

export const storedRefreshToken = async (file: string): Promise<string> => {
  const token = REFRESH_TOKEN.exec(await readFile(file, 'utf8'))?.[0];
  if (token === undefined) throw new Error(`no refresh token is stored in ${file}`);
  return token;
};

/** The client that the stored access token was issued to. */
export const storedClientId = async (file: string): Promise<string> => {
  const token = ACCESS_TOKEN.exec(await readFile(file, 'utf8'))?.[0];
  if (token === undefined) throw new Error(`no access token is stored in ${file}`);
  return String(decodeJwt(token).client_id);
};
