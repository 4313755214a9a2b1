import { type CloudWithProviders, startCloudWithProviders } from '../cloud/cloud-with-providers.ts';
import { EventWatch } from './event-watch.ts';

export const LIFETIMES = { recheckSeconds: 60, signingKeyPublishSeconds: 60, accessTokenSeconds: 3600 };
/** A scope that no allowed user may have. */
export const REFUSED_SCOPE = 'reports';

/** A cloud with test providers, in which every feature that logs events is on. */
export interface ArrangedCloud extends CloudWithProviders {
  readonly watch: EventWatch;
  /** Invokes a function with the rights of an operator. @param name the end of its id in the stack, such as `Keys` */
  readonly invoke: (name: string, event: object) => Promise<void>;
}

/** @param userNames matches the names of users, which no event may contain */
export const startArrangedCloud = async (userNames: RegExp): Promise<ArrangedCloud> => {
  const gate = await startCloudWithProviders(
    {
      rememberConsent: true,
      servers: { '/mcp': { resourceClient: true, rateLimit: { requestsPerMinute: 1 } } },
      scopes: { [REFUSED_SCOPE]: { description: 'Read reports', grantedTo: { emails: ['grace@example.com'] } } },
      access: { emails: ['ada@example.com'] },
      lifetimes: LIFETIMES,
    },
    { company: { recheck: true, keepTokens: true } },
  );
  const { cloud } = gate;
  return {
    ...gate,
    watch: new EventWatch(async () => cloud.takeLog().split('\n'), userNames),
    invoke: async (name, event) => {
      const { ok, errorMessage } = await cloud.invoke(name, event);
      if (!ok) throw new Error(`${name} failed: ${errorMessage}`);
    },
  };
};
