import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { say } from './conversation.mjs';

const { PACKAGES } = process.env;
const AUTHORIZATION_URL = /https?:\/\/[^\s"]+\/authorize\?[^\s"\p{Cc}]+/u;

/** Path of a program that npm installed. */
export const programOf = (name) => join(PACKAGES, '.bin', name);

/**
 * Runs a program to its end, and opens the authorization URL that it prints.
 *
 * @returns what it printed
 */
export const run = (command, args) =>
  new Promise((resolve, reject) => {
    // Its input stays open: a program that waits for the user would end otherwise.
    const child = spawn(command, args, { stdio: 'pipe' });
    let printed = '';
    let isOpened = false;
    const hear = (text) => {
      printed += text;
      // Hyperlinks of terminals have the URL twice.
      const [url] = AUTHORIZATION_URL.exec(stripVTControlCharacters(printed)) ?? [];
      if (isOpened || url === undefined || !printed.endsWith('\n')) return;
      isOpened = true;
      say({ open: url });
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => {
      const text = stripVTControlCharacters(printed);
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${text.trim().slice(-500)}`));
    });
  });

/** Runs a program that insists on a terminal. */
export const runInTerminal = (command, args) =>
  run('script', ['--quiet', '--return', '--command', [command, ...args].join(' '), '/dev/null']);
