type Payload = Record<string, unknown>;

interface Entry {
  readonly payload: Payload;
  readonly expiresAt: number;
}

/** An in-memory store for oidc-provider. */
export const createStore = () => {
  const entries = new Map<string, Entry>();

  /** oidc-provider creates one adapter for each of its models. */
  return class Adapter {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void> {
      // Sessions are not kept. Each login asks for the login name, so that the user can choose another one.
      if (this.#model === 'Session') return;
      const lifetimeMs = expiresInSeconds === undefined ? Number.POSITIVE_INFINITY : expiresInSeconds * 1000;
      entries.set(this.#key(id), { payload, expiresAt: Date.now() + lifetimeMs });
    }

    async find(id: string): Promise<Payload | undefined> {
      const entry = entries.get(this.#key(id));
      if (entry && entry.expiresAt > Date.now()) return entry.payload;
      entries.delete(this.#key(id));
      return undefined;
    }

    async findByUid(): Promise<undefined> {
      return undefined;
    }

    async findByUserCode(): Promise<undefined> {
      return undefined;
    }

    async consume(id: string): Promise<void> {
      const entry = entries.get(this.#key(id));
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<void> {
      entries.delete(this.#key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
    }

    #key(id: string): string {
      return `${this.#model}:${id}`;
    }
  };
};
