// How a client introduces itself, as data. Placeholders are those of profile.ts.

/** RFC 7591: the body as the client posts it. */
export interface Registration {
  readonly kind: 'registration';
  readonly request: Readonly<Record<string, unknown>>;
  /** Some clients register more than once for each attempt, and use the last response. */
  readonly times?: number;
}

/** A client ID metadata document; the client's own host is played by a local one, under the path of its host name. */
export interface MetadataDocument {
  readonly kind: 'document';
  /** URL without scheme, such as `chatgpt.com/oauth/client.json`. */
  readonly url: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** Where the public key of `private_key_jwt` is served, likewise. */
  readonly jwksUrl?: string;
}

/** The credentials that the operator configured and the user typed into the client. */
export interface PreRegistration {
  readonly kind: 'configured';
  readonly clientId: string;
  /** The entry under `clients`. */
  readonly configuration: {
    readonly name: string;
    readonly redirectUris: readonly string[];
    readonly authentication: TokenAuthMethod;
  };
}

export type TokenAuthMethod = 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
