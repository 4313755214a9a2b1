import fc from 'fast-check';
import { isLocalName, isLoopbackAddress, specialUseOf } from '../../../lambdas/core/net/special-use-addresses.ts';

describe('special-use addresses (RFC 6890, IANA registries, #186, #189)', () => {
  it.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private use', '10.0.0.0', '10.255.255.255'],
    ['shared address space', '100.64.0.0', '100.127.255.255'],
    ['loopback', '127.0.0.0', '127.255.255.255'],
    [
      'link local, instance metadata, ECS credentials',
      '169.254.0.0',
      '169.254.169.254',
      '169.254.170.2',
      '169.254.255.255',
    ],
    ['private use', '172.16.0.0', '172.31.255.255'],
    ['IETF protocol assignments', '192.0.0.0', '192.0.0.170', '192.0.0.255'],
    ['documentation', '192.0.2.0', '192.0.2.255'],
    ['AS112', '192.31.196.0', '192.31.196.255'],
    ['AMT', '192.52.193.0', '192.52.193.255'],
    ['6to4 relay', '192.88.99.0', '192.88.99.255'],
    ['private use', '192.168.0.0', '192.168.255.255'],
    ['AS112', '192.175.48.0', '192.175.48.255'],
    ['benchmarking', '198.18.0.0', '198.19.255.255'],
    ['documentation', '198.51.100.0', '198.51.100.255'],
    ['documentation', '203.0.113.0', '203.0.113.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
    ['unspecified', '::', '0:0:0:0:0:0:0:0'],
    ['loopback', '::1', '0:0:0:0:0:0:0:1'],
    ['IPv4-compatible', '::127.0.0.1', '::8.8.8.8'],
    ['IPv4-mapped', '::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:8.8.8.8'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '64:ff9b:1:ffff::'],
    ['discard-only and dummy', '100::', '100::ffff:ffff:ffff:ffff', '100:0:0:1::'],
    ['IETF protocol assignments', '2001::', '2001:1ff:ffff::', '2001:1::1', '2001:2::1', '2001:3::1', '2001:4:112::1'],
    ['Teredo', '2001:0:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ORCHID, ORCHIDv2, DRIP', '2001:10::1', '2001:20::1', '2001:30::1'],
    ['documentation', '2001:db8::', '2001:db8:ffff::1', '3fff::1', '3fff:fff:ffff::'],
    ['6to4', '2002::', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:808:808::'],
    ['AS112', '2620:4f:8000::1'],
    ['segment routing', '5f00::1'],
    ['unique local, EC2 metadata', 'fc00::', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff::'],
    ['link local', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    ['site local', 'fec0::1'],
    ['multicast', 'ff02::1', 'ff0e::1'],
    ['unassigned', '4000::1', '1fff::1'],
    ['scoped', '2606:4700::1%1'],
  ])('refuses %s', (_use, ...addresses) => {
    for (const address of addresses) expect([address, specialUseOf(address)]).toEqual([address, expect.any(String)]);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '191.255.255.255',
    '192.0.1.0',
    '192.0.3.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '160.79.104.10',
    '2606:4700::6812:202f',
    '2a00:1450:4001:800::200e',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '2620:4f:8001::1',
    '3ffe:ffff::1',
    '2000::1',
  ])('lets %s through', (address) => {
    expect(specialUseOf(address)).toBeUndefined();
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '010.0.0.1',
    '8.8.8.8 ',
    '1.2.3',
    '8.8.8.8/8',
    ':::',
    '[::1]',
  ])('refuses %j, which is not a plain address', (text) => {
    expect(specialUseOf(text)).toBeDefined();
  });

  it('refuses IPv6 addresses that contain an IPv4 address by a transition mechanism', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'),
        (ipv4, prefix) => {
          expect(specialUseOf(`${prefix}${ipv4}`)).toBeDefined();
        },
      ),
    );
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        const hex = ipv4
          .split('.')
          .map((byte) => Number(byte).toString(16).padStart(2, '0'))
          .join('');
        expect(specialUseOf(`2002:${hex.slice(0, 4)}:${hex.slice(4)}::1`)).toBeDefined();
      }),
    );
  });

  it('recognizes loopback addresses', () => {
    for (const address of ['127.0.0.1', '127.8.8.8', '::1']) expect(isLoopbackAddress(address)).toBe(true);
    for (const address of ['128.0.0.1', '::ffff:127.0.0.1', '::2', '0.0.0.0', 'localhost', '127.1']) {
      expect([address, isLoopbackAddress(address)]).toEqual([address, false]);
    }
  });
});

describe('names of local networks (RFC 6761, RFC 6762, RFC 8375)', () => {
  it.each([
    'localhost',
    'intranet',
    'a.localhost',
    'printer.local',
    'ip-10-0-0-1.ec2.internal',
    'internal',
    'nas.home.arpa',
    'localhost.',
    'example.org.',
  ])('knows %s', (name) => {
    expect(isLocalName(name)).toBe(true);
  });

  it.each(['example.org', 'internal.example.org', 'localhost.example.org', 'mylocal.org', '8.8.8.8', '[2606:4700::1]'])(
    'leaves %s alone',
    (name) => {
      expect(isLocalName(name)).toBe(false);
    },
  );
});
