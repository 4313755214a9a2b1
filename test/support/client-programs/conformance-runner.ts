import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';

/** The script of the conformance runner of the MCP project. */
export const CONFORMANCE_RUNNER = join(
  PACKAGE_DIRECTORY,
  'node_modules/@modelcontextprotocol/conformance/dist/index.js',
);
