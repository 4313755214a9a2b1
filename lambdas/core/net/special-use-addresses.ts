import ipaddr from 'ipaddr.js';

/** The IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast. */
const IPV4_RANGES = [
  ['0.0.0.0/8', 'this network, RFC 791'],
  ['10.0.0.0/8', 'private use, RFC 1918'],
  ['100.64.0.0/10', 'shared address space, RFC 6598'],
  ['127.0.0.0/8', 'loopback, RFC 1122'],
  ['169.254.0.0/16', 'link local, RFC 3927'],
  ['172.16.0.0/12', 'private use, RFC 1918'],
  ['192.0.0.0/24', 'IETF protocol assignments, RFC 6890'],
  ['192.0.2.0/24', 'documentation, RFC 5737'],
  ['192.31.196.0/24', 'AS112, RFC 7535'],
  ['192.52.193.0/24', 'AMT, RFC 7450'],
  ['192.88.99.0/24', '6to4 relay anycast, RFC 7526'],
  ['192.168.0.0/16', 'private use, RFC 1918'],
  ['192.175.48.0/24', 'AS112, RFC 7534'],
  ['198.18.0.0/15', 'benchmarking, RFC 2544'],
  ['198.51.100.0/24', 'documentation, RFC 5737'],
  ['203.0.113.0/24', 'documentation, RFC 5737'],
  ['224.0.0.0/4', 'multicast, RFC 5771'],
  ['240.0.0.0/4', 'reserved, RFC 1112'],
] as const;

/** The part of the IANA IPv6 Special-Purpose Address Registry inside 2000::/3. All other IPv6 addresses are refused. */
const IPV6_RANGES = [
  ['2001::/23', 'IETF protocol assignments (Teredo, ORCHID, benchmarking and others), RFC 2928'],
  ['2001:db8::/32', 'documentation, RFC 3849'],
  ['2002::/16', '6to4, RFC 3056'],
  ['2620:4f:8000::/48', 'AS112, RFC 7534'],
  ['3fff::/20', 'documentation, RFC 9637'],
] as const;

/** The only block from which global unicast addresses are assigned (RFC 4291 §2.4, IANA). */
const IPV6_GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

const parsedIpv4Ranges = IPV4_RANGES.map(([range, name]) => ({ range: ipaddr.IPv4.parseCIDR(range), name }));
const parsedIpv6Ranges = IPV6_RANGES.map(([range, name]) => ({ range: ipaddr.IPv6.parseCIDR(range), name }));

/**
 * Says why an address does not belong to a host on the public internet. Text that is not an address in its plain
 * spelling counts as special. IPv4-mapped, NAT64 (64:ff9b::/96), loopback, unique local, link local and multicast
 * addresses lie outside 2000::/3. They are refused, even if they contain a public IPv4 address.
 *
 * @returns the reason, or undefined for a public address
 */
export const specialUseOf = (address: string): string | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const ipv4 = ipaddr.IPv4.parse(address);
    return parsedIpv4Ranges.find(({ range }) => ipv4.match(range))?.name;
  }
  if (!ipaddr.IPv6.isValid(address)) return 'not an IP address';
  const ipv6 = ipaddr.IPv6.parse(address);
  if (ipv6.zoneId !== undefined) return 'scoped address, RFC 4007';
  if (!ipv6.match(IPV6_GLOBAL_UNICAST)) return 'outside of IPv6 global unicast, RFC 4291';
  return parsedIpv6Ranges.find(({ range }) => ipv6.match(range))?.name;
};

/** Whether the address is in 127.0.0.0/8 or is ::1, in its plain spelling. */
export const isLoopbackAddress = (address: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(address)
    ? ipaddr.IPv4.parse(address).range() === 'loopback'
    : ipaddr.IPv6.isValid(address) && ipaddr.IPv6.parse(address).range() === 'loopback';

/** Names that only local resolvers answer (RFC 6761, RFC 6762, RFC 8375, `internal`), and names of a single label. */
const LOCAL_NAME = /^[^.]*$|(?:^|\.)(?:localhost|local|internal|home\.arpa)$|\.$/;

/**
 * Whether a host is a name that has a meaning only inside a local network.
 *
 * @param hostname as `URL.hostname` returns it
 */
export const isLocalName = (hostname: string): boolean => !hostname.startsWith('[') && LOCAL_NAME.test(hostname);
