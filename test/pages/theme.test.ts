import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CARD_COLORS } from '../../lambdas/core/theme.ts';
import { html } from '../../lambdas/runtime/pages/html.ts';
import { LOCALES } from '../../lambdas/runtime/pages/locales/locales.ts';
import { page } from '../../lambdas/runtime/pages/page.ts';
import { siteOf } from '../../lambdas/runtime/pages/site.ts';
import { themeSettings } from '../../lib/config/theme.ts';
import { computeThemeColors, contrast } from '../../lib/config/theme-colors.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('Colours of a theme (WCAG 2.2 §1.4.3, §1.4.11)', () => {
  it('are legible on buttons and on the card, in light and dark, for any chosen colour', () => {
    fc.assert(
      fc.property(color, (chosen) => {
        const { light, dark } = computeThemeColors(chosen);
        for (const [scheme, card] of [
          [light, CARD_COLORS.light],
          [dark, CARD_COLORS.dark],
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

  it('do not change if they are legible', () => {
    expect(computeThemeColors('#1f5f4a').light.accent).toBe('#1f5f4a');
    expect(computeThemeColors('#0000ff').light.accent).toBe('#0000ff');
    expect(computeThemeColors('#7FCBAE').dark.accent).toBe('#7fcbae');
  });

  it('have the contrast ratio of WCAG', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(contrast('#ffffff', '#ffffff')).toBe(1);
  });
});

describe('A page with a theme', () => {
  const shown = (theme = {}) => {
    const site = siteOf('https://gate.example.com', themeSettings({ theme }));
    const { headers = {}, body = '' } = page({ site, messages: LOCALES.en, status: 200, title: 'x', body: html`` });
    return { policy: headers['content-security-policy'] ?? '', body };
  };

  it('allows only the style sheet that it contains (CSP Level 3 §6.7.2)', () => {
    for (const theme of [{}, { color: '#ffcc00' }, { name: 'Example tools', logo: 'logo.svg', color: '#00f0ff' }]) {
      const { policy, body } = shown(theme);
      const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
      expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    }
    expect(shown({ color: '#ffcc00' }).policy).not.toBe(shown().policy);
  });

  it('shows the name, and always the host (#136)', () => {
    expect(shown().body).toContain('<span>gate.example.com</span>');
    expect(shown({ name: '<Example> & co' }).body).toContain(
      '<strong>&lt;Example&gt; &amp; co</strong> · <span>gate.example.com</span>',
    );
  });

  it('#135 allows a logo from its own origin only, and no image if there is no logo', () => {
    expect(shown({ logo: 'logo.svg' }).policy).toContain("img-src 'self';");
    expect(shown({ logo: 'logo.svg' }).body).toContain('<img src="/logo.svg" alt="">');
    expect(shown().policy).toContain('img-src data:;');
    expect(shown().body).not.toContain('<img');
  });
});
