/** Shorter values may occur by chance. */
const MIN_CHARACTERS = 16;
const MIN_CHARACTERS_OF_AN_ADDRESS = 8;
const PREFIX_CHARACTERS = 8;

export interface Leak {
  readonly kind: string;
  /** The start of the secret, and the text around it. */
  readonly where: string;
}

/** Secrets by kind. Tests search all output for them. */
export class Secrets {
  readonly #kinds = new Map<string, string>();

  keep(kind: string, value: string): void {
    const isAddress = kind.endsWith('address');
    if (value.length < (isAddress ? MIN_CHARACTERS_OF_AN_ADDRESS : MIN_CHARACTERS)) return;
    // Values that a test sent in place of a secret, and that may appear elsewhere.
    if (!isAddress && (value.includes('://') || /^(.)\1*$/s.test(value))) return;
    if (!this.#kinds.has(value)) this.#kinds.set(value, kind);
  }

  /** The number of secrets of each kind. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const kind of this.#kinds.values()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  /** Searches the text in one pass for all secrets. */
  leaksIn(text: string): Leak[] {
    const byPrefix = new Map<string, string[]>();
    for (const value of this.#kinds.keys()) {
      const prefix = value.slice(0, PREFIX_CHARACTERS);
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), value]);
    }
    const leaks: Leak[] = [];
    for (let at = 0; at <= text.length - PREFIX_CHARACTERS; at += 1) {
      const secret = byPrefix.get(text.slice(at, at + PREFIX_CHARACTERS))?.find((value) => text.startsWith(value, at));
      if (secret === undefined) continue;
      const kind = this.#kinds.get(secret) ?? '';
      leaks.push({ kind, where: `${text.slice(Math.max(0, at - 60), at)}«${secret.slice(0, PREFIX_CHARACTERS)}…»` });
      at += secret.length - 1;
    }
    return leaks;
  }
}

/** Kinds of secrets that one run of every flow puts on the wire. */
export const SECRET_KINDS: readonly string[] = [
  'our access token',
  'our client secret',
  'our code',
  'our code verifier',
  'our cookie',
  'our nonce',
  'our refresh token',
  'our registration access token',
  'our sealed request',
  'our state',
  'upstream access token',
  'upstream code',
  'upstream client secret',
  'upstream code verifier',
  'upstream cookie',
  'upstream e-mail address',
  'upstream ID token',
];
