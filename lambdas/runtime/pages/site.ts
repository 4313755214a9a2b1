import type { Theme } from '../../core/theme.ts';
import { createStyle, type Style } from './style.ts';

/** The path of the operator's logo on this origin, always served as an SVG image. */
export const LOGO_PATH = '/logo.svg';

/** What all pages of a deployment share. */
export interface Site {
  /** The host as the address bar shows it, with its port if it has one. */
  readonly host: string;
  readonly name: string | undefined;
  readonly hasLogo: boolean;
  readonly style: Style;
}

export const siteOf = (issuer: string, { name, logo = false, colors }: Theme): Site => ({
  host: issuer.replace(/^https?:\/\//, ''),
  name,
  hasLogo: logo,
  style: createStyle(colors),
});
