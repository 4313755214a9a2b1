import { REMEMBERED_CONSENT_SECONDS } from '../../../core/authorization/consent.ts';
import type { AuthorizationRequest } from '../../../core/authorization/transaction.ts';
import { sha256 } from '../../../core/crypto.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { RememberedBrowserSealer, RequestSealer, SealingKeys, Session, SessionSealer } from '../../ports/index.ts';
import { JoseSealer } from './jose-sealer.ts';

/** Seals the request of a consent form. Only the browser that holds the page cookie can send it back. */
export const requestSealer = (keys: SealingKeys, lifetimeSeconds: number): RequestSealer => {
  const sealer = new JoseSealer<{ page: string; request: AuthorizationRequest }>(keys, {
    type: 'gatehouse-request+jwt',
    purpose: 'gatehouse request sealing',
    lifetimeSeconds,
  });
  return {
    seal: (request, pageCookie, now) => sealer.seal({ page: sha256(pageCookie), request }, now),
    open: async (sealed, pageCookie, now) => {
      const opened = await sealer.open(sealed, now);
      if (opened === undefined || opened.content.page !== sha256(pageCookie)) return undefined;
      const { content, sealId, sealingKeyId, expiresAt } = opened;
      return { transactionId: sealId, sealingKeyId, request: content.request, expiresAt };
    },
  };
};

/** Seals the session cookie of a user who manages their connections. */
export const sessionSealer = (keys: SealingKeys, lifetimeSeconds: number): SessionSealer => {
  const sealer = new JoseSealer<Session>(keys, {
    type: 'gatehouse-session+jwt',
    purpose: 'gatehouse session sealing',
    lifetimeSeconds,
  });
  return {
    seal: (session, now) => sealer.seal(session, now),
    open: async (sealed, now) => {
      const opened = await sealer.open(sealed, now);
      if (opened === undefined) return undefined;
      const { subject, account } = opened.content;
      return withoutUndefined({ subject, account, sessionId: opened.sealId });
    },
  };
};

/** Seals the cookie that says whose consents a browser remembers. */
export const rememberedBrowserSealer = (keys: SealingKeys): RememberedBrowserSealer => {
  const sealer = new JoseSealer<{ subject: string }>(keys, {
    type: 'gatehouse-remembered-browser+jwt',
    purpose: 'gatehouse remembered browser sealing',
    lifetimeSeconds: REMEMBERED_CONSENT_SECONDS,
  });
  return {
    seal: (subject, now) => sealer.seal({ subject }, now),
    open: async (sealed, now) => (await sealer.open(sealed, now))?.content.subject,
  };
};
