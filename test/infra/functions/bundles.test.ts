import type { Metafile } from 'esbuild';
import { bundleFunctions, functionNames } from '../../../lib/functions/bundles.ts';

const AWS_SDK = /node_modules\/(@aws-sdk|@smithy)\//;
const KILOBYTE = 1024;

let metafile: Metafile;
beforeAll(async () => {
  metafile = await bundleFunctions();
});

const outputOf = (name: string) => {
  const output = metafile.outputs[`dist/${name}/index.mjs`];
  if (!output) throw new Error(`${name} has no bundle`);
  return output;
};
const inputsOf = (name: string) => Object.keys(outputOf(name).inputs);

describe('Bundles', () => {
  it('exist for every function', () => {
    expect(Object.keys(metafile.outputs).sort()).toEqual(functionNames().map((name) => `dist/${name}/index.mjs`));
    expect(functionNames()).toEqual(expect.arrayContaining(['authorizer', 'key-ring', 'token', 'example-mcp-server']));
  });

  it.each([
    ['authorizer', 52],
    ['inspector', 64],
    ['protected-resource-metadata', 40],
    ['authorization-server-metadata', 42],
  ])('the bundle of %s has neither the AWS SDK nor jose, and is below %i KB', (name, kilobytes) => {
    expect(inputsOf(name).filter((input) => AWS_SDK.test(input) || /node_modules\/jose\//.test(input))).toEqual([]);
    expect(outputOf(name).bytes).toBeLessThan(kilobytes * KILOBYTE);
  });

  it('take credentials from the environment, without the other sources of the SDK', () => {
    const sources = functionNames().flatMap((name) =>
      inputsOf(name).flatMap(
        (input) => /@aws-sdk\/(credential-provider-[a-z-]+|nested-clients|token-providers)\//.exec(input)?.[1] ?? [],
      ),
    );
    expect(new Set(sources)).toEqual(new Set(['credential-provider-env']));
  });

  it("stay small, and only the one with the MCP SDK contains zod's locales", () => {
    for (const name of functionNames()) {
      expect([name, outputOf(name).bytes]).toEqual([name, expect.any(Number)]);
      expect(outputOf(name).bytes).toBeLessThan(464 * KILOBYTE);
      if (name === 'example-mcp-server') continue;
      expect(inputsOf(name).filter((input) => /zod\/v4\/(locales|classic)\//.test(input))).toEqual([]);
    }
  });

  it('contain KMS only for functions that sign, create, check or encrypt with keys, and no file of lib, tools or test', () => {
    const withKms = functionNames().filter((name) => inputsOf(name).some((input) => input.includes('/client-kms/')));
    expect(withKms).toEqual(['callback', 'health', 'key-ring', 'token']);
    for (const name of functionNames()) {
      expect(inputsOf(name).filter((input) => /^(lib|tools|test)\//.test(input))).toEqual([]);
    }
  });

  it('import only modules of Node at run time', () => {
    for (const name of functionNames()) {
      for (const { path, external } of outputOf(name).imports) {
        if (external) expect(path).toMatch(/^(node:)?[a-z_/]+$/);
      }
    }
  });
});
