import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { accentsOf, contrast } from '../../lambdas/runtime/pages/accent.ts';
import { html } from '../../lambdas/runtime/pages/html.ts';
import { LOCALES } from '../../lambdas/runtime/pages/locales/locales.ts';
import { page } from '../../lambdas/runtime/pages/page.ts';
import { siteOf } from '../../lambdas/runtime/pages/site.ts';
import { styleOf } from '../../lambdas/runtime/pages/style.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('Colours of a theme (WCAG 2.2 §1.4.3, §1.4.11)', () => {
  it('are legible on buttons and on the card, in light and dark, whatever somebody chose', () => {
    fc.assert(
      fc.property(color, (chosen) => {
        const { light, dark } = accentsOf(chosen);
        for (const [scheme, card] of [
          [light, '#ffffff'],
          [dark, '#1b1f1d'],
        ] as const) {
          expect(contrast(scheme.accent, scheme.onAccent)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(scheme.hover, scheme.onAccent)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(scheme.accent, card)).toBeGreaterThanOrEqual(4.5);
          expect(Object.values(scheme).join(' ')).toMatch(/^#[0-9a-f]{6} #[0-9a-f]{6} #[0-9a-f]{6}$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('stay as they were where they are legible', () => {
    expect(accentsOf('#1f5f4a').light.accent).toBe('#1f5f4a');
    expect(accentsOf('#0000ff').light.accent).toBe('#0000ff');
    expect(accentsOf('#7FCBAE').dark.accent).toBe('#7fcbae');
  });

  it('measure contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(contrast('#ffffff', '#ffffff')).toBe(1);
  });
});

describe('A page with a theme', () => {
  const shown = (theme = {}) => {
    const site = siteOf('https://gate.example.com', theme);
    const { headers = {}, body = '' } = page({ site, messages: LOCALES.en, status: 200, title: 'x', body: html`` });
    return { policy: headers['content-security-policy'] ?? '', body };
  };

  it('lets in the style that is really sent, and no other (CSP Level 3 §6.7.2)', () => {
    for (const theme of [{}, { color: '#ffcc00' }, { name: 'Example tools', logo: true, color: '#00f0ff' }]) {
      const { policy, body } = shown(theme);
      const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
      expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    }
    expect(styleOf('#ffcc00').text).not.toBe(styleOf().text);
  });

  it('shows the name, and always the host (#136)', () => {
    expect(shown().body).toContain('<span>gate.example.com</span>');
    expect(shown({ name: '<Example> & co' }).body).toContain(
      '<strong>&lt;Example&gt; &amp; co</strong> · <span>gate.example.com</span>',
    );
  });

  it('#135 takes a logo from its own origin alone, and none without one', () => {
    expect(shown({ logo: true }).policy).toContain("img-src 'self';");
    expect(shown({ logo: true }).body).toContain('<img src="/logo.svg" alt="">');
    expect(shown().policy).toContain('img-src data:;');
    expect(shown().body).not.toContain('<img');
  });
});
