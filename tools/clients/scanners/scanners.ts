import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../toolchains/processes.ts';
import { OPENAPI } from './openapi/index.ts';
import type { Finding, Report, Scanner, Target } from './scanner.ts';

const EXAMPLES_PER_OPERATION = 200;

const environmentOf = ({ home }: Target) => ({ ...process.env, HOME: home, NO_COLOR: '1' });

/** Runs a scanner that prints one JSON document. @throws Error when it prints something else */
const readJson = async (target: Target, command: string, parameters: readonly string[]) => {
  const options = { cwd: target.home, env: environmentOf(target) };
  const { stdout, output } = await run(command, parameters, options);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${command} printed no report: ${output.trim().slice(-500)}`);
  }
};

const reportOf = <T>(checks: readonly T[], findingOf: (check: T) => Finding | undefined): Report => ({
  checks: checks.length,
  findings: checks.flatMap((check) => findingOf(check) ?? []),
});

/** Logs in as mcp-authlab does: it opens the browser twice, once for each resource. */
const logIn = async (programs: string, target: Target): Promise<void> => {
  const browser = join(target.home, 'browser');
  await writeFile(browser, '#!/bin/sh\necho "open $1"\n');
  await chmod(browser, 0o755);
  const parameters = ['login', target.url, '--foreign-resource', target.otherUrl];
  const child = spawn(join(programs, 'mcp-authlab'), parameters, {
    env: { ...environmentOf(target), BROWSER: `${browser} %s` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^open (http.*)$/.exec(line) ?? [];
    if (url === undefined) continue;
    const { left, html } = await target.user.signIn(url);
    if (left === undefined) throw new Error(`the login ended on a page: ${html.slice(0, 500)}`);
    await (await target.user.request(left)).body?.cancel();
  }
};

export const SCANNERS: readonly Scanner[] = [
  {
    name: 'schemathesis',
    version: '4.32.5',
    packages: ['schemathesis==4.32.5'],
    scan: async (programs, target) => {
      const description = join(target.home, 'openapi.json');
      await writeFile(description, JSON.stringify(OPENAPI));
      const { exitCode, output } = await run(
        join(programs, 'schemathesis'),
        [
          ...['run', description, '--url', target.origin, '--max-examples', String(EXAMPLES_PER_OPERATION)],
          ...['--phases', 'examples,coverage,fuzzing', '--workers', '2', '--no-color', '--checks'],
          'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
        ],
        { cwd: target.home, env: environmentOf(target) },
      );
      const [, requests] = /(\d+) generated/.exec(output) ?? [];
      if (requests === undefined) throw new Error(`schemathesis printed no summary: ${output.trim().slice(-500)}`);
      const failures = output.slice(output.indexOf('= FAILURES =')).slice(0, 4000);
      return { checks: Number(requests), findings: exitCode === 0 ? [] : [{ id: 'failures', message: failures }] };
    },
    explained: {},
  },
  {
    name: 'mcp-authlab',
    version: '0.2.2',
    packages: ['mcp-authlab==0.2.2'],
    scan: async (programs, target) => {
      await logIn(programs, target);
      const { results } = await readJson(target, join(programs, 'mcp-authlab'), [
        'scan',
        target.url,
        '--format',
        'json',
      ]);
      return reportOf<{ id: string; status: string; message: string }>(results, ({ id, status, message }) =>
        ['pass', 'skip'].includes(status) ? undefined : { id, message },
      );
    },
    explained: {
      'TLS-01': 'the local run has no TLS',
      'TOK-04': 'docs/deviations.md, D1',
    },
  },
  {
    name: 'jbt-mcpcheck',
    version: '0.1.1',
    packages: ['jbt-mcpcheck==0.1.1'],
    scan: async (programs, target) => {
      const parameters = [target.url, '--token', target.accessToken, '--json'];
      const { checks } = await readJson(target, join(programs, 'mcpcheck'), parameters);
      return reportOf<{ name: string; status: string; summary: string }>(checks, ({ name, status, summary }) =>
        status === 'pass' ? undefined : { id: name, message: summary },
      );
    },
    explained: {
      schemas: 'the example server has tools without an output schema',
      origin: 'allowedOrigins names every origin, and Gatehouse has no page that calls a server',
    },
  },
  {
    name: 'mcp-halflist',
    version: '1.0.0',
    // It was written for the SDK 1.x, and does not say so.
    packages: ['mcp-halflist==1.0.0', 'mcp==1.30.0'],
    scan: async (programs, target) => {
      const authorization = `Authorization: Bearer ${target.accessToken}`;
      const parameters = ['check', '--http', target.url, '--header', authorization, '--no-auth', '--format', 'json'];
      const { suites } = await readJson(target, join(programs, 'halflist'), parameters);
      const checks = suites.flatMap(({ checks: all }: { checks: readonly unknown[] }) => all);
      return reportOf<{ name: string; status: string; message: string | null }>(checks, ({ name, status, message }) =>
        ['PASS', 'SKIP'].includes(status) ? undefined : { id: name, message: message ?? status },
      );
    },
    explained: {},
  },
];
