import { type TransformFailure, type TransformOptions, transformSync } from 'esbuild';

/**
 * Features of runtime cloudfront-js-2.0 beyond ES 5.1 (CloudFront developer guide, "JavaScript runtime 2.0 features"), by
 * esbuild's names. Rest parameters are missing, because esbuild does not separate them from spread arguments, which the
 * runtime lacks.
 */
const KNOWN_SYNTAX = {
  arrow: true,
  'async-await': true,
  'const-and-let': true,
  'exponent-operator': true,
  'regexp-named-capture-groups': true,
  'template-literal': true,
};

/** Finds the first line that CloudFront would refuse to publish. */
export const unknownSyntax = (code: string): string | undefined => {
  try {
    const asWritten = linesOf(code, { target: 'esnext' });
    // esbuild rewrites the syntax that the runtime lacks, or refuses what it cannot rewrite.
    const lowered = linesOf(code, { target: 'es5', supported: KNOWN_SYNTAX });
    return asWritten.find((line, index) => line !== lowered[index]);
  } catch (error) {
    return (error as TransformFailure).errors[0]?.location?.lineText ?? String(error);
  }
};

const linesOf = (code: string, options: TransformOptions): string[] =>
  transformSync(code, { ...options, logLevel: 'silent' }).code.split('\n');
