import { type Style, styleOf } from './style.ts';

/** What the owner of a deployment says of how its pages look. */
export interface Theme {
  readonly name?: string | undefined;
  /** `#rrggbb`, of any lightness. */
  readonly color?: string | undefined;
  /** Whether there is one at `LOGO_PATH`. */
  readonly logo?: boolean | undefined;
}

/** Where the logo stands, on this origin: an SVG image, whatever the owner gave. */
export const LOGO_PATH = '/logo.svg';

/** What all pages of a deployment share. */
export interface Site {
  /** The host that people see in the address bar, with the port where there is one. */
  readonly host: string;
  readonly name: string | undefined;
  readonly hasLogo: boolean;
  readonly style: Style;
}

export const siteOf = (issuer: string, { name, color, logo = false }: Theme = {}): Site => ({
  host: issuer.replace(/^https?:\/\//, ''),
  name,
  hasLogo: logo,
  style: styleOf(color),
});
