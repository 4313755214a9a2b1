import { INSUFFICIENT_SCOPE_DESCRIPTION } from '../../lambdas/core/mcp/scope-challenge.ts';
import { asErrorDescription, OAuthError } from '../../lambdas/core/oauth-error.ts';
import { repositoryFiles, textOf } from './repository.ts';

/** RFC 6749 §5.2, RFC 6750 §3. */
const ERROR_DESCRIPTION = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

/** The literals of a file that are sentences, without what is put into them. */
const sentencesOf = (path: string): readonly string[] => {
  const code = textOf(path).replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const literals = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
  return [...literals]
    .map(([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, ''))
    .filter((literal) => /^[A-Z].* .*\.$/s.test(literal));
};

// The inspector speaks JSON-RPC, and two commands answer to the operator. Pages have texts of their own.
const files = repositoryFiles()
  .filter((path) => /^(?:lambdas|lib\/api|lib\/edge)\/.*\.ts$/.test(path))
  .filter((path) => !/^lambdas\/(?:inspector|privacy|key-ring|runtime\/pages|welcome)\//.test(path));

it('A33 (RFC 6749 §5.2, RFC 6750 §3): every error text has only characters of an error_description', () => {
  const sentences = files.flatMap((path) => sentencesOf(path).map((text) => ({ path, text })));
  expect(sentences.length).toBeGreaterThan(100);
  expect(sentences.filter(({ text }) => !ERROR_DESCRIPTION.test(text))).toEqual([]);
  expect(INSUFFICIENT_SCOPE_DESCRIPTION).toMatch(ERROR_DESCRIPTION);
});

it('A33: a text that something was put into is sent without forbidden characters', () => {
  const error = new OAuthError('invalid_request', 'Log in at "Müller\\Söhne" \u{1f511}.\r\n');
  expect(error.message).toBe("Log in at 'M?ller?S?hne' ?.??");
  const ours = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
  expect(asErrorDescription(ours)).toMatch(ERROR_DESCRIPTION);
});
