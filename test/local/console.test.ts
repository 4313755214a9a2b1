import { ArgumentError, parseArguments } from '../../tools/local/arguments.ts';
import { printFunctionLog, printRequest } from '../../tools/local/console.ts';
import { redact } from '../../tools/local/redact.ts';

describe('The command line', () => {
  it('has defaults', () => {
    expect(parseArguments([])).toEqual({
      port: 4800,
      dataDir: undefined,
      configFile: undefined,
      realProviders: false,
      allowAnyone: false,
      admin: false,
      traceCalls: false,
      cold: false,
      timeLimitFactor: 10,
      help: false,
    });
  });

  it.each([
    [['--prot', '4800'], /--prot/],
    [['--port', 'x'], /--port x: expected a whole number/],
    [['--port', '70000'], /--port 70000/],
    [['--port', '1.5'], /--port 1\.5/],
    [['--port', ''], /--port/],
    [['--data', ''], /--data: expected a path/],
    [['--time-limits', '0'], /--time-limits 0: expected a number from 1 to 100/],
    [
      ['--backend', 'http://192.0.2.1/mcp'],
      /--backend http:\/\/192\.0\.2\.1\/mcp: expected an absolute https:\/\/ URL/,
    ],
    [['--public-url', 'name.example'], /--public-url name\.example: expected https:\/\/ and a host/],
    [['--public-url', 'http://name.example'], /--public-url/],
    [['--public-url', 'http://127.0.0.1:4800'], /--public-url/],
    [['--public-url', 'https://name.example/mcp'], /without a path/],
    [['--public-url', 'https://user@name.example'], /--public-url/],
    [['--real-providers', '--providers', 'google'], /--providers: expected none with --real-providers/],
    [['--secrets', ''], /--secrets: expected a path/],
    [['extra'], /extra/],
  ])('%j is refused with a message that says what to change', (argv, expected) => {
    expect(() => parseArguments(argv)).toThrow(ArgumentError);
    expect(() => parseArguments(argv)).toThrow(expected);
  });
});

describe('What the console shows', () => {
  it.each([
    'code=gh_ac_abc.def',
    'gh_rt_aaa.bbb.ccc',
    'Authorization: Bearer abcdefghijkl',
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln',
    'client_secret=hunter2222',
    'state=sssss&code_verifier=vvvvv',
  ])('nothing of %s', (secret) => {
    const text = redact(`before ${secret} after`);
    expect(text).toContain('[redacted]');
    for (const part of secret.split(/[=& ]/).filter((word) => /\d|\.|hunter|sssss|vvvvv/.test(word))) {
      expect(text).not.toContain(part);
    }
  });

  it('one line per request, in which a caller cannot start a new line', () => {
    const lines: string[] = [];
    const notice = { method: 'GET', status: 404, durationMs: 1.6, outcome: 'not_found' };
    printRequest((line) => lines.push(line), { ...notice, path: '/a\r\nready http://evil\u001b[2J' });
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d GET {2}\/a\?\?ready http:\/\/evil\?\[2J 404 2 ms not_found$/),
    ]);
  });

  it('events of functions by name, with harmless members only', () => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    const log = (text: string, source: 'function' | 'platform' = 'function') =>
      printFunctionLog(print, { functionLogicalId: 'Fn', source, text });
    log('{"event":"authorizer_denied","reason":"expired","token":"t0ken"}');
    log('{"event":"request_refused","error":"invalid_grant"}');
    log('Invoke Error Error: Unauthorized', 'platform');
    log('Task timed out after 3.00 seconds', 'platform');
    expect(lines.map((line) => line.trim())).toEqual([
      'authorizer_denied reason=expired',
      'Fn: Task timed out after 3.00 seconds',
    ]);
  });
});
