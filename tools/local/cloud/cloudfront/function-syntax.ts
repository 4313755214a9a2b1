import { type TransformFailure, type TransformOptions, transformSync } from 'esbuild';

/**
 * What runtime cloudfront-js-2.0 knows beyond ES 5.1 (CloudFront developer guide, "JavaScript runtime 2.0 features"), in
 * esbuild's words. Rest parameters are missing: esbuild takes spread arguments for the same thing, which the runtime lacks.
 */
const KNOWN_SYNTAX = {
  arrow: true,
  'async-await': true,
  'const-and-let': true,
  'exponent-operator': true,
  'regexp-named-capture-groups': true,
  'template-literal': true,
};

/** The line that CloudFront would refuse to publish, if there is one. */
export const unknownSyntax = (code: string): string | undefined => {
  try {
    const asWritten = linesOf(code, { target: 'esnext' });
    // Whatever the runtime lacks is rewritten, or refused where there is nothing to write in its place.
    const lowered = linesOf(code, { target: 'es5', supported: KNOWN_SYNTAX });
    return asWritten.find((line, index) => line !== lowered[index]);
  } catch (error) {
    return (error as TransformFailure).errors[0]?.location?.lineText ?? String(error);
  }
};

const linesOf = (code: string, options: TransformOptions): string[] =>
  transformSync(code, { ...options, logLevel: 'silent' }).code.split('\n');
