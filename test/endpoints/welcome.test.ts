import { LANGUAGES } from '../../lambdas/core/language.ts';
import { jsonLog } from '../../lambdas/runtime/adapters/log.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { LOCALES } from '../../lambdas/runtime/pages/locales/locales.ts';
import { errorPage } from '../../lambdas/runtime/pages/message-page.ts';
import { siteOf } from '../../lambdas/runtime/pages/site.ts';
import { welcomeHandler } from '../../lambdas/welcome/handler.ts';
import { type Connector, cursorLink, shortName, vsCodeLink } from '../../lambdas/welcome/install-links.ts';
import { themeSettings } from '../../lib/config/theme.ts';
import { invoke } from '../support/authorization/invoke.ts';
import { ISSUER } from '../support/authorization/requests.ts';

const ONE: Connector = { name: 'Example MCP server', url: `${ISSUER}/mcp` };
const OTHER: Connector = { name: '/tools/mcp', url: `${ISSUER}/tools/mcp` };

const open = (connectors: readonly Connector[] = [ONE], languages?: string) => {
  const site = siteOf(ISSUER, themeSettings({ theme: {} }));
  return invoke(endpoint(welcomeHandler({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) }), {
    path: '/',
    headers: languages === undefined ? {} : { 'accept-language': languages },
  });
};

describe('Welcome page', () => {
  it('shows the address exactly as it must be typed, and where to paste it', async () => {
    const { status, headers, body } = await open();
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain(`<code class="copy">${ISSUER}/mcp</code>`);
    for (const client of ['Claude', 'ChatGPT', 'VS Code', 'Cursor']) {
      expect(body).toContain(`<summary>${client}</summary>`);
    }
    expect(body).toContain(`claude mcp add --transport http example-mcp-server ${ISSUER}/mcp`);
    expect(body).toContain('<a href="/connections">');
  });

  it('shows each of several servers, and says which one a link adds', async () => {
    const { body } = await open([ONE, OTHER]);
    for (const { url } of [ONE, OTHER]) expect(body).toContain(`<code class="copy">${url}</code>`);
    expect(body).toContain('Add /tools/mcp to Cursor');
    expect(body).toContain(`codex mcp add tools-mcp --url ${OTHER.url}`);
  });

  it.each(LANGUAGES)('speaks %s', async (language) => {
    const { headers, body } = await open([ONE], language);
    expect(headers['content-language']).toBe(language);
    expect(body).toContain(`<h1>${LOCALES[language].welcome.title}</h1>`);
  });

  it('says on a laptop that hosted assistants cannot reach it, and nowhere else', async () => {
    const here = await open([{ name: 'x', url: 'http://localhost:4800/mcp' }]);
    expect(here.body).toContain(LOCALES.en.welcome.runsOnThisComputer);
    expect((await open()).body).not.toContain(LOCALES.en.welcome.runsOnThisComputer);
  });

  it('#132 #134 is a page like the others: no script, no frame, names are text', async () => {
    const { headers, body } = await open([{ name: '"><script>x', url: `${ISSUER}/mcp` }, OTHER]);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
    expect(body).not.toMatch(/<script|\son\w+=|\sstyle=/);
  });
});

describe('Links that install', () => {
  it('VS Code: the configuration as JSON is the query', () => {
    const link = vsCodeLink('vscode-insiders', ONE);
    expect(link.startsWith('vscode-insiders:mcp/install?')).toBe(true);
    expect(JSON.parse(decodeURIComponent(link.slice(link.indexOf('?') + 1)))).toEqual({
      name: 'example-mcp-server',
      type: 'http',
      url: ONE.url,
    });
  });

  it('Cursor: name, and the configuration as JSON in base64', () => {
    const { protocol, host, pathname, searchParams } = new URL(cursorLink(ONE));
    expect([protocol, host, pathname]).toEqual(['cursor:', 'anysphere.cursor-deeplink', '/mcp/install']);
    expect(searchParams.get('name')).toBe('example-mcp-server');
    expect(JSON.parse(Buffer.from(searchParams.get('config') ?? '', 'base64').toString())).toEqual({ url: ONE.url });
  });

  it.each([
    ['Example MCP server', 'example-mcp-server'],
    ['/tools/mcp', 'tools-mcp'],
    ['Ünïcode & $(rm -rf)', 'n-code-rm-rf'],
    ['日本語', 'mcp'],
    ['--', 'mcp'],
  ])('%j has the short name %s, safe on a command line', (name, expected) => {
    expect(shortName({ name, url: `${ISSUER}/mcp` })).toBe(expected);
  });
});
