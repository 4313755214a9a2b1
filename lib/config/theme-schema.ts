import * as z from 'zod';
import { documented, matching, shortName, text } from './fields.ts';

/** How the pages look. Every key is optional. */
export const Theme = z.strictObject(
  {
    name: documented(shortName().optional(), 'shown next to the host, which is always shown'),
    logo: documented(text('the path of an SVG or PNG file').optional(), {
      description: 'path of an SVG or PNG file of at most 64 KB, relative to `cdk.json`',
      unset: 'a gate',
    }),
    color: documented(matching('a colour such as "#1f5f4a"', /^#[0-9A-Fa-f]{6}$/).optional(), {
      description: 'colour of buttons and links; its lightness is adjusted until it is legible',
      unset: 'green',
    }),
  },
  { error: '{"name": "…", "logo": "./logo.svg", "color": "#1f5f4a"}' },
);
