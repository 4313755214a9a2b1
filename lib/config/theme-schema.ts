import * as z from 'zod';
import { matching, text } from './fields.ts';

/** How the pages look. Every key is optional. */
export const Theme = z.strictObject(
  {
    /** Shown before the host, which is always shown. */
    name: text('a name of at most 60 characters', (value) => value.length <= 60).optional(),
    /** An SVG or PNG file. A relative path starts at the folder of cdk.json. */
    logo: text('the path of an SVG or PNG file').optional(),
    /** The colour of buttons, marks and focus rings. Synthesis makes it lighter or darker if it is not legible. */
    color: matching('a colour such as "#1f5f4a"', /^#[0-9A-Fa-f]{6}$/).optional(),
  },
  { error: '{"name": "…", "logo": "./logo.svg", "color": "#1f5f4a"}' },
);
