import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { merge, parseConfiguration } from '../../../lib/config/configuration.ts';
import { readLogo } from '../../../lib/config/theme.ts';
import { computeThemeColors } from '../../../lib/config/theme-colors.ts';
import { templateFor } from '../template.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-theme-'));
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path fill="#f00" d="M0 0h9v9z"/></svg>';
/** The header of a PNG of 3 × 2 pixels. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000030000000208020000009f2b9f1e', 'hex');

const held = (logo: string): string =>
  Buffer.from(/href="data:[^;]+;base64,([^"]+)"/.exec(logo)?.[1] ?? '', 'base64').toString('latin1');

describe('Logo', () => {
  it('becomes an image in an SVG, byte for byte, with its proportions', () => {
    const svg = readLogo(file('logo.svg', SVG));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="40" height="10" viewBox="0 0 40 10">/);
    expect(held(svg)).toBe(SVG);
    const png = readLogo(file('logo.png', PNG));
    expect(png).toContain('viewBox="0 0 3 2"');
    expect(held(png)).toBe(PNG.toString('latin1'));
  });

  it.each([
    ['<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg>\n', 'viewBox="0,0,20,5"', '0 0 20 5'],
    ['', 'width="24px" height="12px"', '0 0 24 12'],
    ['\uFEFF', '', '0 0 1 1'],
    ['', 'viewBox="x" width="100%"', '0 0 1 1'],
  ])('may start with %j and get its size from %j', (prologue, attributes, box) => {
    const path = file('any.svg', `${prologue}<svg ${attributes} xmlns="http://www.w3.org/2000/svg"></svg>`);
    expect(readLogo(path)).toContain(`viewBox="${box}"`);
  });

  it('#134 contains nothing that a mapping template or a browser would run, even if the file does', () => {
    const hostile = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>#set($x = 1)</script></svg>`;
    expect(readLogo(file('hostile.svg', hostile))).not.toMatch(/[#$]|script|onload/);
  });

  it.each([
    ['does not exist', join(folder, 'none.svg'), /theme\.logo: expected a file at .*none\.svg, but there is none/],
    ['is a folder', folder, /theme\.logo: expected a file at /],
    ['is too large', file('large.svg', SVG + ' '.repeat(65_536)), /theme\.logo: expected at most 65536 bytes, got 65/],
    ['is something else', file('logo.gif', 'GIF89a'), /theme\.logo: expected an SVG \(with its xmlns\) or PNG image/],
    ['has no namespace', file('plain.svg', '<svg></svg>'), /theme\.logo: expected an SVG \(with its xmlns\)/],
  ])('is refused if it %s', (_, logo, expected) => {
    expect(() => parseConfiguration(merge(readConfiguration(), { theme: { logo } }))).toThrow(expected);
  });
});

describe('Theme', () => {
  it.each([
    [{ color: 'green' }, 'theme.color: expected a colour such as "#1f5f4a", got "green"'],
    [{ name: '' }, 'theme.name: expected a name of at most 60 characters, got ""'],
    [{ font: 'x' }, 'theme.font: expected no such key. Remove it or correct its name'],
  ])('%j is refused', (theme, expected) => {
    expect(() => parseConfiguration(merge(readConfiguration(), { theme }))).toThrow(expected);
  });

  it('reaches the functions that show pages; the logo has a route without a function', async () => {
    const logo = file('logo.svg', SVG);
    const template = await templateFor({ theme: { name: 'Example tools', color: '#ff8800', logo } });
    for (const folder of ['authorize', 'consent', 'callback']) {
      const { Environment } = template.functionOf(folder)[1].Properties;
      expect(JSON.parse(Environment.Variables.GATEHOUSE_THEME)).toEqual({
        name: 'Example tools',
        logo: true,
        colors: computeThemeColors('#ff8800'),
      });
    }
    const methods = template.ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => Properties);
    const [route, ...others] = methods.filter(({ Integration }) =>
      Integration.IntegrationResponses?.some(
        ({ ResponseTemplates }: { ResponseTemplates?: object }) =>
          ResponseTemplates && 'image/svg+xml' in ResponseTemplates,
      ),
    );
    expect(others).toEqual([{ ...route, HttpMethod: 'HEAD' }]);
    expect(route).toMatchObject({ HttpMethod: 'GET', AuthorizationType: 'NONE', Integration: { Type: 'MOCK' } });
    const response = route?.Integration.IntegrationResponses[0];
    expect(response.ResponseTemplates['image/svg+xml']).toBe(readLogo(logo));
    expect(response.ResponseParameters).toMatchObject({
      'method.response.header.Content-Type': "'image/svg+xml'",
      'method.response.header.Content-Security-Policy': "'sandbox; default-src data:'",
      'method.response.header.X-Content-Type-Options': "'nosniff'",
    });
  });

  it('without a logo the route answers 404, so that no deployment removes it', async () => {
    const template = await templateFor();
    const [logicalId] = template
      .ofType('AWS::ApiGateway::Resource')
      .flatMap(([id, { Properties }]) => (Properties.PathPart === 'logo.svg' ? [id] : []));
    const methods = template
      .ofType('AWS::ApiGateway::Method')
      .filter(([, { Properties }]) => Properties.ResourceId.Ref === logicalId);
    expect(methods).toHaveLength(2);
    for (const [, { Properties }] of methods) {
      expect(Properties.Integration).toMatchObject({ Type: 'MOCK', IntegrationResponses: [{ StatusCode: '404' }] });
    }
  });
});
