import { CARD_COLORS, type ThemeColors } from '../../lambdas/core/theme.ts';

/** WCAG 2.2 §1.4.3, for text of any size. */
const MIN_CONTRAST = 4.5;
/** Thin light text on a dark background needs more contrast. */
const MIN_CONTRAST_IN_DARK = 7;
const HOVER_LIGHTNESS = 0.06;
const LIGHTNESS_STEP = 0.01;

const ON_ACCENT = { light: '#ffffff', dark: '#0d1512' } as const;

/**
 * The accent colours of a theme, in light and in dark. They keep the hue of the given colour. Their lightness changes only
 * as far as WCAG 2.2 §1.4.3 requires: on the card, and behind the text of a button.
 *
 * @param color `#rrggbb`
 */
export const computeThemeColors = (color: string): ThemeColors => {
  const given = toHsl(color);
  const light = shiftUntil(given, -LIGHTNESS_STEP, (shifted) => contrast(shifted, CARD_COLORS.light) >= MIN_CONTRAST);
  const dark = shiftUntil(
    given,
    LIGHTNESS_STEP,
    (shifted) =>
      Math.min(contrast(shifted, CARD_COLORS.dark), contrast(shifted, ON_ACCENT.dark)) >= MIN_CONTRAST_IN_DARK,
  );
  return {
    light: { accent: toHex(light), hover: toHex(lighten(light, -HOVER_LIGHTNESS)), onAccent: ON_ACCENT.light },
    dark: { accent: toHex(dark), hover: toHex(lighten(dark, HOVER_LIGHTNESS)), onAccent: ON_ACCENT.dark },
  };
};

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export const contrast = (one: string, other: string): number => {
  const [darker = 0, brighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (brighter + 0.05) / (darker + 0.05);
};

type Hsl = readonly [hueDegrees: number, saturation: number, lightness: number];

/** Changes the lightness in steps until the colour is legible. Black and white are the last steps, and always legible. */
const shiftUntil = (color: Hsl, step: number, isLegible: (color: string) => boolean): Hsl => {
  let current = color;
  while (!isLegible(toHex(current))) current = lighten(current, step);
  return current;
};

const lighten = ([hue, saturation, lightness]: Hsl, by: number): Hsl => [
  hue,
  saturation,
  Math.min(1, Math.max(0, lightness + by)),
];

const channels = (color: string): [number, number, number] => [
  Number.parseInt(color.slice(1, 3), 16) / 255,
  Number.parseInt(color.slice(3, 5), 16) / 255,
  Number.parseInt(color.slice(5, 7), 16) / 255,
];

/** WCAG 2.2, "relative luminance". */
const luminance = (color: string): number => {
  const [red, green, blue] = channels(color).map((channel) =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
};

/** CSS Color 4 §7.1. */
const toHsl = (color: string): Hsl => {
  const [red, green, blue] = channels(color);
  const [max, min] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const [range, lightness] = [max - min, (max + min) / 2];
  if (range === 0) return [0, 0, lightness];
  const sextant =
    max === red
      ? ((green - blue) / range + 6) % 6
      : max === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4;
  return [sextant * 60, range / (1 - Math.abs(2 * lightness - 1)), lightness];
};

/** CSS Color 4 §7.1. */
const toHex = ([hue, saturation, lightness]: Hsl): string => {
  const channel = (offset: number): string => {
    const position = (offset + hue / 30) % 12;
    const value =
      lightness -
      saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(position - 3, 9 - position, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
};
