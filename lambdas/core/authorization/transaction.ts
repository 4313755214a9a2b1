import type { ClientSource, DocumentClient } from '../clients/client.ts';

/** A checked authorization request (RFC 6749 §4.1.1), as it is sealed into the consent form and kept in the transaction. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly clientSource: ClientSource;
  readonly clientName?: string;
  /** When the client's registration ends (epoch seconds), as /authorize read it; absent: never. */
  readonly clientExpiresAt?: number;
  /** A client of a metadata document of which no copy, or another one, is stored: a completed login stores this one. */
  readonly documentClient?: DocumentClient;
  /** What the client says of itself, hashed; only where the person may have the consent remembered. */
  readonly clientFingerprint?: string;
  /** The URI the response goes to: as requested, after the match with what the client registered. */
  readonly redirectUri: string;
  readonly state?: string;
  /** RFC 7636 §4.2, always S256. */
  readonly codeChallenge: string;
  /** Requested scopes that this server knows, in the order asked for. */
  readonly scopes: readonly string[];
  /** The protected resource (RFC 8707), in canonical form. */
  readonly resource: string;
}

/** Who is sent where, and how far it got. Holds no secret: state, nonce, verifier and cookie are derived. */
interface AnyTransaction {
  /** Random; for a program's request the seal id of the consent form: one seal is one transaction. */
  readonly transactionId: string;
  readonly identityProviderId: string;
  /** `approved`: waiting for the upstream answer. `exchanging`: the upstream code has been, or is being, redeemed. */
  readonly status: 'approved' | 'exchanging';
  /** Counts the attempts at the upstream; every leg has its own state, nonce and verifier. */
  readonly leg: number;
  /** Names the sealing key from which this transaction's secrets are derived. */
  readonly sealingKeyId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** A login that a program asked for and a person approved, from `/consent` to `/callback`. */
export interface AuthorizationTransaction extends AnyTransaction {
  readonly purpose?: never;
  readonly request: AuthorizationRequest;
  /** The person does not want to be asked for this consent again. */
  readonly remember?: boolean;
  /** Nobody was asked, for this person had said so before: nobody else may complete it. */
  readonly rememberedSubject?: string;
}

/** A login to the page of one's own connections: no program takes part. */
export interface ConnectionsTransaction extends AnyTransaction {
  readonly purpose: 'connections';
  readonly request?: never;
}

export type Transaction = AuthorizationTransaction | ConnectionsTransaction;
