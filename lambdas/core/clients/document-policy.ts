/** Which hosts may describe clients. A pattern is a host name, or `*.` and a domain for every host below it. */
export interface DocumentHosts {
  /** Only these. Absent: every host in the public internet. */
  readonly allowed?: readonly string[];
  /** Never these, whatever `allowed` says; nor may keys be read there. */
  readonly blocked?: readonly string[];
}

export type DocumentHostRule = 'host_not_allowed' | 'host_blocked';

/** The rule that keeps a metadata document of this host out, or undefined. */
export const brokenHostRule = (hostname: string, hosts: DocumentHosts): DocumentHostRule | undefined => {
  if (isBlockedHost(hostname, hosts)) return 'host_blocked';
  if (hosts.allowed && !hosts.allowed.some((pattern) => matches(hostname, pattern))) return 'host_not_allowed';
  return undefined;
};

export const isBlockedHost = (hostname: string, hosts: DocumentHosts): boolean =>
  hosts.blocked?.some((pattern) => matches(hostname, pattern)) ?? false;

const matches = (hostname: string, pattern: string): boolean => {
  const name = pattern.toLowerCase();
  return name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name;
};
