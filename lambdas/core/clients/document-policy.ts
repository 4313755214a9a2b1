import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';

/** A host name, or `*.` and a domain, which stands for every host below that domain. */
const HostPatterns = z.array(z.string());

/** Which client metadata documents this server accepts. */
export const DocumentPolicy = z.object({
  /** Whether new logins may use a metadata document. */
  advertise: z.boolean(),
  /** Only these hosts. Absent: every host on the public internet. */
  allowHosts: z.optional(HostPatterns),
  /** Never these hosts, even if `allowHosts` names them; keys are not read there either. */
  blockHosts: HostPatterns,
});
export type DocumentPolicy = Immutable<z.infer<typeof DocumentPolicy>>;

/** The hosts of a policy. */
export type DocumentHosts = Partial<Pick<DocumentPolicy, 'allowHosts' | 'blockHosts'>>;

export type DocumentHostRule = 'host_not_allowed' | 'host_blocked';

/** The rule that this host breaks, or undefined when it may publish metadata documents. */
export const brokenHostRule = (hostname: string, hosts: DocumentHosts): DocumentHostRule | undefined => {
  if (isBlockedHost(hostname, hosts)) return 'host_blocked';
  if (hosts.allowHosts && !hosts.allowHosts.some((pattern) => matches(hostname, pattern))) return 'host_not_allowed';
  return undefined;
};

export const isBlockedHost = (hostname: string, hosts: DocumentHosts): boolean =>
  hosts.blockHosts?.some((pattern) => matches(hostname, pattern)) ?? false;

const matches = (hostname: string, pattern: string): boolean => {
  const name = pattern.toLowerCase();
  return name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name;
};
