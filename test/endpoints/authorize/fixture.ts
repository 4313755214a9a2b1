import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';

export const gateWithClient = (options = {}) => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  return gate;
};

/** Asserts a page on our own origin that does not redirect. */
export const expectPage = (answer: Awaited<ReturnType<AuthorizationHarness['authorize']>>, status = 400) => {
  expect(answer.status).toBe(status);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body).toContain('request-1');
};
