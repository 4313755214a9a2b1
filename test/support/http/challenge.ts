/** The parameters of the only `Bearer` challenge of a response (RFC 6750 §3). Throws if there is not exactly one. */
export const bearerChallenge = (headers: Headers): Record<string, string> => {
  const value = headers.get('www-authenticate');
  if (value === null) throw new Error('the answer has no WWW-Authenticate header');
  const match = /^Bearer (.*)$/.exec(value);
  if (match === null || value.split('Bearer ').length !== 2) throw new Error(`not one Bearer challenge: ${value}`);
  return Object.fromEntries([...(match[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]));
};
