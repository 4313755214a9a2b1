/** Members of forms and JSON, and parameters of URLs, that must not appear in any log. */
const SECRET_NAMES = new Set([
  'access_token',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'nonce',
  'refresh_token',
  'registration_access_token',
  'request',
  'state',
  'subject_token',
  'token',
]);
/** Shorter values may occur by chance. */
const MIN_CHARACTERS = 16;

/** Collects every secret that is sent or received, so that logs can be searched for them. */
export class Canaries {
  readonly #values = new Set<string>();
  readonly #fetch = globalThis.fetch;

  /** Watches every `fetch` of this process from now on. */
  listen(): void {
    globalThis.fetch = async (input, init) => {
      this.#ofRequest(String(input instanceof Request ? input.url : input), init);
      const answer = await this.#fetch(input, init);
      await this.#ofAnswer(answer);
      return answer;
    };
  }

  stop(): void {
    globalThis.fetch = this.#fetch;
  }

  /**
   * Searches a text for the collected secrets, and forgets all of them.
   *
   * @returns the secrets that it contains, shortened
   */
  foundIn(text: string): string[] {
    const found = [...this.#values].filter((value) => text.includes(value));
    this.#values.clear();
    return found.map((value) => `${value.slice(0, 12)}…`);
  }

  get count(): number {
    return this.#values.size;
  }

  #keep(value: unknown): void {
    if (typeof value === 'string' && value.length >= MIN_CHARACTERS) this.#values.add(value);
  }

  #ofParameters(parameters: URLSearchParams): void {
    for (const [name, value] of parameters) if (SECRET_NAMES.has(name)) this.#keep(value);
  }

  #ofRequest(url: string, init: RequestInit | undefined): void {
    this.#ofParameters(new URL(url).searchParams);
    if (init?.body instanceof URLSearchParams) this.#ofParameters(init.body);
    const headers = new Headers(init?.headers);
    this.#keep(headers.get('authorization')?.replace(/^\w+ /, ''));
    for (const cookie of headers.get('cookie')?.split('; ') ?? []) this.#keep(cookie.replace(/^[^=]*=/, ''));
  }

  async #ofAnswer(answer: Response): Promise<void> {
    const location = answer.headers.get('location');
    if (location !== null && URL.canParse(location)) this.#ofParameters(new URL(location).searchParams);
    if (!answer.headers.get('content-type')?.includes('application/json')) return;
    const body: unknown = await answer
      .clone()
      .json()
      .catch(() => undefined);
    for (const [name, value] of Object.entries(body ?? {})) if (SECRET_NAMES.has(name)) this.#keep(value);
  }
}
