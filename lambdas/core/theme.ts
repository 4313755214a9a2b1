import * as z from 'zod/mini';
import type { Immutable } from './immutable.ts';

/** The colours that a theme changes in one colour scheme, each as `#rrggbb`. */
const AccentColors = z.object({
  /** Buttons, marks, links and focus rings. */
  accent: z.string(),
  /** A button under the pointer. */
  hover: z.string(),
  /** Text on a button. */
  onAccent: z.string(),
});
export type AccentColors = Immutable<z.infer<typeof AccentColors>>;

/** The theme of the pages, as passed to the functions that show pages. */
export const Theme = z.object({
  name: z.optional(z.string()),
  /** Whether the deployment serves a logo. The logo has a route of its own. */
  logo: z.optional(z.boolean()),
  /** Computed at synthesis, so that they are legible. */
  colors: z.object({ light: AccentColors, dark: AccentColors }),
});
export type Theme = Immutable<z.infer<typeof Theme>>;
export type ThemeColors = Theme['colors'];

/** The background of a page's text, as `#rrggbb`. */
export const CARD_COLORS = { light: '#ffffff', dark: '#1b1f1d' } as const;
