import type { Client, DocumentClient } from './core/client.ts';
import type { EventFields, EventName } from './core/events.ts';
import type { Grant, RefreshFamily, UpstreamIdentity } from './core/grant.ts';
import type { KeyRing } from './core/key-ring.ts';
import type { NewKey } from './core/key-rotation.ts';
import type { RememberedConsent } from './core/remembered-consent.ts';
import type { AuthorizationRequest, Transaction } from './core/transaction.ts';
import type { SealedTokens, UpstreamState, UpstreamTokens } from './core/upstream-tokens.ts';

// The narrow interfaces between flows and the outside. A verb that changes state names its guarantee.
// Every method rejects with UnavailableError when the service behind it fails; expected races are return values.

/** Current time in epoch seconds. */
export type Clock = () => number;

/** Writes one event of the closed list, with the fields that it has there. Never throws. */
export type Log = <Name extends EventName>(event: Name, fields: EventFields[Name]) => void;

/** A client as /authorize finds it. */
export interface KnownClient {
  readonly client: Client;
  /** The client of a metadata document as a completed login shall store it; undefined: nothing is to be stored. */
  readonly documentClient?: DocumentClient;
}

/** Clients wherever they come from: configuration, registration, metadata documents. The first that knows one wins. */
export interface ClientDirectory {
  /**
   * The client as it is known without asking anybody else: for endpoints where clients authenticate. Undefined when it
   * is unknown, gone or blocked.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /**
   * The client as it is now, for /authorize: a `client_id` that is a URL is read there. `unreachable`: its host does not
   * answer, and there is no copy. Throws OAuthError `invalid_client` for a document that breaks a rule.
   */
  findForAuthorization(clientId: string, now: number): Promise<KnownClient | 'blocked' | 'unreachable' | undefined>;
}

export interface ClientStore {
  /**
   * The client, or undefined when it is unknown or past its `expiresAt`; a blocked one is never past it. Strongly
   * consistent.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /** Stores a client; one that exists under the same id (the same metadata) only gets the later expiry. */
  putClient(client: Client): Promise<void>;
  /** Stores the client of a metadata document in place of a former copy; one that is blocked stays as it is. */
  putDocumentClient(client: Client): Promise<void>;
  /** Replaces all that is stored of a client but its expiry. One that is gone stays gone, a blocked one as it is. */
  updateClient(client: Client): Promise<'updated' | 'gone'>;
  /** Moves the expiry to `expiresAt` (epoch seconds), never back. A client that is gone stays gone. */
  extendClient(clientId: string, expiresAt: number): Promise<void>;
  /** Removes a client; one that is gone already is no error. */
  deleteClient(clientId: string): Promise<void>;
}

export interface TransactionStore {
  /**
   * Approves in one write; the same seal approved again is the same row, and keeps its leg.
   * `used` when the seal's transaction is already past `approved`.
   */
  approve(transaction: Transaction): Promise<Transaction | 'used'>;
  /**
   * Takes an approved, unexpired transaction for exchange at the upstream; of parallel callers exactly one wins.
   * `gone`: no such transaction, expired, or another leg; `used`: taken before.
   */
  takeForExchange(
    transactionId: string,
    expected: { identityProviderId: string; leg: number; now: number },
  ): Promise<Transaction | 'gone' | 'used'>;
  /** After an upstream fault: back to `approved` with the next leg, which is returned. */
  releaseForRetry(transactionId: string, leg: number): Promise<Transaction>;
}

export interface GrantStore {
  /** Stores a new grant, with its unredeemed code. */
  createGrant(grant: Grant): Promise<void>;
  /** Strongly consistent; undefined when unknown or past `expiresAt`. */
  findGrant(grantId: string, now: number): Promise<Grant | undefined>;
  /** `issued` → `redeemed`, exactly once. */
  redeemCode(
    grant: Grant,
    redemption: Pick<Grant, 'clientAuthMethod' | 'family' | 'expiresAt'>,
  ): Promise<'redeemed' | 'lost'>;
  /**
   * Moves the family from `grant.family`'s generation to `successor`, exactly once. `lost`: somebody else moved
   * it first, with the row as it is now (undefined when it is gone).
   */
  rotateRefreshToken(
    grant: Grant,
    successor: RefreshFamily,
    expiresAt: number,
  ): Promise<'rotated' | { lost: Grant | undefined }>;
  /**
   * Moves `upstream` from `grant.upstream`'s version to the next, exactly once, and with it the identity where one is given.
   * `lost`: somebody else moved it first, or the grant was revoked; with the row as it is now (undefined when it is gone).
   */
  replaceUpstream(
    grant: Grant,
    change: { readonly upstream: UpstreamState; readonly identity?: UpstreamIdentity },
  ): Promise<'replaced' | { lost: Grant | undefined }>;
  /** Revokes code and family; what is kept of the provider's tokens goes in the same write. Final. A grant that is gone or revoked already is no error. */
  revokeGrant(grantId: string): Promise<void>;
}

export interface GrantDirectory {
  /**
   * One person's grants, revoked ones too, newest first. Which there are an index says, a moment late: one created just
   * now may be missing, and whoever must reach all asks twice. What they are is read from the rows, strongly consistent:
   * a grant that is gone, or whose `expiresAt` (epoch seconds) has come by `now`, is left out.
   */
  grantsOfSubject(subject: string, now: number): Promise<readonly Grant[]>;
}

/** For `people` alone. */
export interface GrantEraser {
  /**
   * Deletes every grant of that person which the index names, whatever its state and age, and says how many there were.
   * The index is a moment late: whoever must reach all asks twice.
   */
  deleteGrantsOfSubject(subject: string): Promise<number>;
}

export interface CounterStore {
  /** Adds one and says how many there are; a counter begins at zero, and may be gone after `expiresAt` (epoch seconds). */
  increment(counterId: string, expiresAt: number): Promise<number>;
}

export interface KeyRingStore {
  /** The key ring, at most `MAX_KEY_RING_AGE_SECONDS` old; undefined before the first deployment finished. */
  readKeyRing(): Promise<KeyRing | undefined>;
  /** The key ring as it is now, strongly consistent, for whoever must not miss a mark; keeps it as `readKeyRing` does. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
}

/** For `keys` alone, the one owner of the ring. */
export interface KeyRingWriter {
  /** The key ring as it is now, strongly consistent; undefined when none was stored yet. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
  /** Stores the ring if its version still is `formerVersion` (undefined: if there is none). */
  replaceKeyRing(ring: KeyRing, formerVersion: number | undefined): Promise<'replaced' | 'lost'>;
}

export interface SigningKeyMaker {
  /** A new signing key that nothing refers to yet. */
  createSigningKey(): Promise<NewKey>;
  /** Schedules the deletion of a key that no token needs. One that is on its way or gone already is no error. */
  discardSigningKey(keyArn: string): Promise<void>;
}

export interface AccessTokenSigner {
  /** A compact JWS (RFC 7515) of the claims with `typ: at+jwt`, signed by the active key of the ring (RFC 9068 §2.1). */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The generated secret from which forms are sealed and per-transaction values derived: current first, then previous. */
export interface SealingKeys {
  current(): Promise<SealingKey>;
  /** The key with that id among the accepted versions, or undefined. */
  find(sealingKeyId: string): Promise<SealingKey | undefined>;
}

export interface SealingKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** A generated secret as text, cached at most five minutes. */
export type SecretReader = () => Promise<string>;

/** Whether a secret has a value; `unknown` while nobody says. Kept for a while, and never fails. */
export type SecretCheck = () => Promise<'filled' | 'empty' | 'unknown'>;

/** What one upstream leg is bound to. */
export interface UpstreamLeg {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The identity provider that people log in at. It only ever sees one static client. */
export interface UpstreamIdp {
  /** The URL to send the browser to. Nothing of the client's request is in it. */
  authorizationUrl(leg: UpstreamLeg, options?: AuthorizationUrlOptions): Promise<URL>;
  /**
   * Gets what `identify` needs beforehand (discovery document, credentials), so that these faults show while nothing
   * has been used up yet. Throws UpstreamError `misconfigured` or UnavailableError.
   */
  prepare(): Promise<void>;
  /**
   * Redeems the upstream code and verifies who logged in. Throws UpstreamError `denied` when the person declined there,
   * `rejected` when the answer is not to be trusted, `misconfigured` when the provider refuses our credentials;
   * UnavailableError when the provider did not answer properly.
   */
  identify(callbackParameters: URLSearchParams, leg: UpstreamLeg): Promise<UpstreamLogin>;
  /**
   * Asks the provider anew with the tokens of an earlier login, and refreshes them where it does so. Throws UpstreamError
   * `denied` when it does not honour them any more, `rejected` and `misconfigured` as `identify` does; UnansweredError when
   * a refresh token may be used up, UnavailableError when nothing was.
   */
  renew(tokens: UpstreamTokens, known: UpstreamIdentity): Promise<RenewedLogin>;
}

export interface AuthorizationUrlOptions {
  /** Lets the person choose another account. */
  readonly selectAccount?: boolean;
  /** Who it is will do: asks for no refresh token, even where those are kept. */
  readonly identityOnly?: boolean;
}

/** Who logged in, and what the provider handed out with it. */
export interface UpstreamLogin {
  readonly identity: UpstreamIdentity;
  readonly tokens: UpstreamTokens;
}

/** Tokens that are to be stored whatever comes next, since a refresh token may have worked for the last time. */
export interface RenewedLogin {
  readonly tokens: UpstreamTokens;
  /**
   * Who it is, as the provider says it now; what it does not say anew stays as it was known. Throws as `renew` does;
   * `denied` also when it is somebody else.
   */
  identify(): Promise<UpstreamIdentity>;
}

/** Envelope encryption for what providers handed out: each grant has a data key of its own, bound to its id. */
export interface TokenVault {
  /** Under a new data key. Whoever seals cannot open. */
  seal(grantId: string, tokens: UpstreamTokens): Promise<SealedTokens>;
  /** What was sealed for this very grant, and the means to seal other tokens in its place under the same key. */
  open(grantId: string, sealed: SealedTokens): Promise<OpenedTokens>;
}

export interface OpenedTokens {
  readonly tokens: UpstreamTokens;
  seal(tokens: UpstreamTokens): SealedTokens;
}

/** The sealed consent form: AEAD, ten minutes, bound to the browser's page cookie. */
export interface RequestSealer {
  /** Seals a checked request for the browser that holds `pageCookie`. */
  seal(request: AuthorizationRequest, pageCookie: string, now: number): Promise<string>;
  /** Opens it again; undefined when it was altered, has expired or belongs to another browser. */
  open(
    sealed: string,
    pageCookie: string,
    now: number,
  ): Promise<
    { transactionId: string; sealingKeyId: string; request: AuthorizationRequest; expiresAt: number } | undefined
  >;
}

/** Who has logged in to look after their connections. */
export interface Session {
  readonly subject: string;
  /** What the provider calls the account, for the page alone. */
  readonly account?: string;
}

export interface OpenSession extends Session {
  /** Random. It leaves in the forms of this session's pages alone, and so proves that a form came from one. */
  readonly sessionId: string;
}

/** The session cookie: AEAD, a few minutes, nothing is stored. */
export interface SessionSealer {
  seal(session: Session, now: number): Promise<string>;
  /** Undefined when it was altered or has expired. */
  open(sealed: string, now: number): Promise<OpenSession | undefined>;
}

export interface ConsentStore {
  /** The remembered consents of one person that are not past their time, strongly consistent. */
  findConsents(subject: string, now: number): Promise<readonly RememberedConsent[]>;
  /** Adds one, in place of what was said of the same before; of too many the oldest is forgotten. One conditional write. */
  rememberConsent(subject: string, consent: RememberedConsent, now: number): Promise<void>;
  /** Forgets those of them that are there. One conditional write. */
  forgetConsents(subject: string, consentIds: readonly string[], now: number): Promise<void>;
}

/** For `people` alone. */
export interface ConsentEraser {
  /** Deletes all that is remembered for that person, past its time or not; false when there was nothing. */
  deleteConsents(subject: string): Promise<boolean>;
}

/** Whose consents this browser remembers: AEAD, as long as a consent is remembered. It logs nobody in. */
export interface PersonSealer {
  seal(subject: string, now: number): Promise<string>;
  /** The subject; undefined when it was altered or has expired. */
  open(sealed: string, now: number): Promise<string | undefined>;
}

/** For deployments that remember consents. */
export interface Remembering {
  readonly consents: ConsentStore;
  readonly persons: PersonSealer;
}
