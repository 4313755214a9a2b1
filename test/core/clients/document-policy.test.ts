import { brokenHostRule } from '../../../lambdas/core/clients/document-policy.ts';

describe('host lists for metadata documents', () => {
  it.each([
    ['client.example.org', {}, undefined],
    ['client.example.org', { allowHosts: ['client.example.org'] }, undefined],
    ['client.example.org', { allowHosts: ['*.example.org'] }, undefined],
    ['example.org', { allowHosts: ['*.example.org'] }, 'host_not_allowed'],
    ['evilexample.org', { allowHosts: ['*.example.org'] }, 'host_not_allowed'],
    ['client.example.org', { allowHosts: [] }, 'host_not_allowed'],
    ['client.example.org', { blockHosts: ['Client.Example.org'] }, 'host_blocked'],
    ['client.example.org', { allowHosts: ['client.example.org'], blockHosts: ['*.example.org'] }, 'host_blocked'],
  ])('%s with the lists %j: %s', (hostname, hosts, rule) => {
    expect(brokenHostRule(hostname, hosts)).toBe(rule);
  });
});
