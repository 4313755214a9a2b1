/** Forms of tokens, codes and secrets. None of them may reach the console, from any source. */
const SECRETS: readonly RegExp[] = [
  /\bgh_(?:ac|rt|cs|rat)_[\w.~-]+/g,
  /\beyJ[\w-]+\.[\w-]*\.[\w.-]*/g,
  /\b(?:Bearer|Basic|DPoP)\s+[\w.~+/=-]{8,}/gi,
  /\b(?:code|state|nonce|code_verifier|client_secret|refresh_token|access_token|id_token|token|request)=[^&\s"']+/gi,
];

export const redact = (text: string): string =>
  SECRETS.reduce((current, pattern) => current.replaceAll(pattern, '[redacted]'), text);
