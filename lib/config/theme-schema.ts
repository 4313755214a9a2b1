import * as z from 'zod';
import { matching, text } from './fields.ts';

/** How the pages look. Everything may be left out. */
export const Theme = z.strictObject(
  {
    /** Stands before the host, which is always shown. */
    name: text('a name of at most 60 characters', (value) => value.length <= 60).optional(),
    /** An SVG or PNG file; a relative path begins at the folder of cdk.json. */
    logo: text('the path of an SVG or PNG file').optional(),
    /** Of buttons, marks and focus rings; made lighter or darker where people could not read it. */
    color: matching('a colour such as "#1f5f4a"', /^#[0-9A-Fa-f]{6}$/).optional(),
  },
  { error: '{"name": "…", "logo": "./logo.svg", "color": "#1f5f4a"}' },
);
