import {
  OAuthClientInformationFullSchema,
  OAuthMetadataSchema,
  OAuthProtectedResourceMetadataSchema,
  OAuthTokensSchema,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { DEFAULT_TIME_LIMIT_FACTOR } from '../cloud/cloud-run.ts';
import type { CloudAddress } from '../cloud/local-cloud.ts';
import { type JsonAnswer, postForm } from '../http/oauth-requests.ts';
import type { MetadataDocument, PreRegistration, Registration, TokenAuthMethod } from './identification.ts';

/** Claude gives discovery, registration and token requests ten seconds. The machine of a test may be slower than AWS. */
const CLAUDE_TIMEOUT_MS = 10_000;

const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

// biome-ignore lint/suspicious/noExplicitAny: a check looks into any JSON that came
type Json = any;

/** What a client that was played has seen, as far as the checks look at it. */
interface Played {
  readonly cloud: CloudAddress;
  readonly port: number;
  readonly profile: {
    readonly identification: Registration | MetadataDocument | PreRegistration;
    readonly token: { readonly method: TokenAuthMethod };
  };
  readonly http: { readonly trace: readonly { readonly durationMs: number }[] };
  readonly challenge: Readonly<Record<string, string>>;
  readonly resourceMetadata: Json;
  readonly serverMetadata: Json;
  readonly registration: JsonAnswer | undefined;
  readonly authorizationUrl: URL | undefined;
  readonly redirect: URL | undefined;
  readonly tokens: Json;
  readonly refreshed: Json;
}

type Check = (played: Played) => void | Promise<void>;

/** What clients require, by test title. */
const CHECKS = {
  'an absolute resource_metadata URL and the scopes in the challenge': ({ challenge, cloud }) => {
    expect(new URL(challenge.resource_metadata ?? '').origin).toBe(cloud.origin);
    expect(challenge.scope).toBeTruthy();
  },
  'the resource is letter for letter the URL that the user typed': ({ resourceMetadata, cloud }) => {
    expect(resourceMetadata?.resource).toBe(cloud.mcpUrl);
  },
  'the resource is the URL that the user typed, both through URL()': ({ resourceMetadata, cloud }) => {
    expect(new URL(resourceMetadata?.resource).toString()).toBe(new URL(cloud.mcpUrl).toString());
  },
  'the resource covers the URL that the user typed': ({ resourceMetadata, cloud }) => {
    const resource = new URL(resourceMetadata?.resource);
    expect(resource.origin).toBe(cloud.origin);
    expect(`${new URL(cloud.mcpUrl).pathname}/`.startsWith(`${resource.pathname}/`)).toBe(true);
  },
  'the issuer is letter for letter what the resource names': ({ resourceMetadata, serverMetadata }) => {
    expect(serverMetadata?.issuer).toBe(resourceMetadata?.authorization_servers[0]);
  },
  'the issuer, through URL(), is what the resource names': ({ resourceMetadata, serverMetadata }) => {
    expect(new URL(serverMetadata?.issuer).href).toBe(new URL(resourceMetadata?.authorization_servers[0]).href);
  },
  'every endpoint is on the origin of the MCP server': ({ serverMetadata, cloud }) => {
    for (const [name, value] of Object.entries(serverMetadata ?? {})) {
      if (/_endpoint$|^jwks_uri$/.test(name))
        expect([name, new URL(String(value)).origin]).toEqual([name, cloud.origin]);
    }
  },
  'S256 is listed': ({ serverMetadata }) => {
    expect(serverMetadata?.code_challenge_methods_supported).toContain('S256');
  },
  'metadata documents and public clients are both announced': ({ serverMetadata }) => {
    expect(serverMetadata?.client_id_metadata_document_supported).toBe(true);
    expect(serverMetadata?.token_endpoint_auth_methods_supported).toContain('none');
  },
  'metadata documents and private_key_jwt with RS256 are announced': ({ serverMetadata }) => {
    expect(serverMetadata?.client_id_metadata_document_supported).toBe(true);
    expect(serverMetadata?.token_endpoint_auth_methods_supported).toContain('private_key_jwt');
    expect(serverMetadata?.token_endpoint_auth_signing_alg_values_supported).toContain('RS256');
  },
  'iss is announced, and comes back once and equal': ({ serverMetadata, redirect }) => {
    expect(serverMetadata?.authorization_response_iss_parameter_supported).toBe(true);
    expect(redirect?.searchParams.getAll('iss')).toEqual([serverMetadata?.issuer]);
  },
  'offline_access is listed by the server and not by the resource': ({ serverMetadata, resourceMetadata }) => {
    expect(serverMetadata?.scopes_supported).toContain('offline_access');
    expect(resourceMetadata?.scopes_supported).not.toContain('offline_access');
  },
  'the scopes of the resource are listed by the server too': ({ serverMetadata, resourceMetadata }) => {
    expect(list(serverMetadata?.scopes_supported)).toEqual(
      expect.arrayContaining(list(resourceMetadata?.scopes_supported)),
    );
  },
  'the name that it registered comes back': ({ registration, profile: { identification } }) => {
    if (identification.kind !== 'registration') throw new Error('this client does not register');
    expect(registration?.body.client_name).toBe(identification.request.client_name);
  },
  'every redirect URI that it registered comes back, and in its order': ({ registration, profile, port }) => {
    if (profile.identification.kind !== 'registration') throw new Error('this client does not register');
    const registered = profile.identification.request.redirect_uris as string[];
    expect(registration?.body.redirect_uris).toEqual(registered.map((uri) => uri.replace('{port}', String(port))));
  },
  'the registered scope is not less than it asked for': ({ registration, profile: { identification } }) => {
    if (identification.kind !== 'registration') throw new Error('this client does not register');
    const scope = registration?.body.scope ?? identification.request.scope;
    expect(String(scope).split(' ')).toEqual(expect.arrayContaining(String(identification.request.scope).split(' ')));
  },
  'a program that opens the authorization URL meets no error': async ({ authorizationUrl }) => {
    const { status } = await fetch(authorizationUrl ?? '', { headers: { accept: '*/*' } });
    expect(status).toBe(200);
  },
  'a public client gets no secret, and hears that its method is none': ({ registration }) => {
    expect(registration?.body.token_endpoint_auth_method).toBe('none');
    expect(registration?.body).not.toHaveProperty('client_secret');
  },
  'a secret, its expiry and the method that it asked for': ({ registration, profile }) => {
    expect(registration?.body).toMatchObject({
      client_secret: expect.any(String),
      client_secret_expires_at: expect.any(Number),
      token_endpoint_auth_method: profile.token.method,
    });
  },
  'every answer has the shape that the TypeScript SDK parses': (played) => {
    OAuthProtectedResourceMetadataSchema.parse(played.resourceMetadata);
    OAuthMetadataSchema.parse(played.serverMetadata);
    if (played.registration !== undefined) OAuthClientInformationFullSchema.parse(played.registration.body);
    OAuthTokensSchema.parse(played.tokens);
    OAuthTokensSchema.parse(played.refreshed);
  },
  'the code can be cut out of the query without decoding': ({ redirect }) => {
    expect(/[?&]code=([^&]+)/.exec(redirect?.search ?? '')?.[1]).toBe(redirect?.searchParams.get('code'));
  },
  'the token names the resource in aud': ({ tokens, resourceMetadata }) => {
    expect(list([claimsOf(tokens.access_token).aud].flat())).toContain(resourceMetadata?.resource);
  },
  'the scope of the tokens is said': ({ tokens, refreshed }) => {
    expect(tokens.scope).toEqual(expect.any(String));
    expect(refreshed.scope).toBe(tokens.scope);
  },
  'an unknown client is told 401 invalid_client, so that it registers anew': async ({ cloud }) => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'gh_client_gone' };
    const answer = await postForm(`${cloud.origin}/token`, form);
    expect({ status: answer.status, error: answer.body.error }).toEqual({ status: 401, error: 'invalid_client' });
  },
  'every answer comes within ten seconds': ({ http }) => {
    expect(http.trace.filter(({ durationMs }) => durationMs > CLAUDE_TIMEOUT_MS * DEFAULT_TIME_LIMIT_FACTOR)).toEqual(
      [],
    );
  },
} satisfies Record<string, Check>;

export type Insistence = keyof typeof CHECKS;

export const insist = async (played: Played, insistence: Insistence): Promise<void> => {
  const check: Check = CHECKS[insistence];
  await check(played);
};

/** What the TypeScript SDK, and so every client that is built with it, insists on. */
export const SDK_INSISTS: readonly Insistence[] = [
  'the resource covers the URL that the user typed',
  'S256 is listed',
  'every answer has the shape that the TypeScript SDK parses',
  'an unknown client is told 401 invalid_client, so that it registers anew',
];
