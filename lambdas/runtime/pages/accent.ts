/** The colours of a theme in one of the two schemes, as `#rrggbb`. */
export interface Accent {
  readonly accent: string;
  readonly hover: string;
  /** Text on a button of that colour. */
  readonly onAccent: string;
}

/** WCAG 2.2 §1.4.3, for text of any size. */
const MIN_CONTRAST = 4.5;
/** Light text strains less on dark ground when there is more of it. */
const MIN_CONTRAST_IN_DARK = 7;
const HOVER_LIGHTNESS = 0.06;
const LIGHTNESS_STEP = 0.01;

const CARD_IN_LIGHT = '#ffffff';
const CARD_IN_DARK = '#1b1f1d';
const INK_IN_DARK = '#0d1512';

/**
 * Buttons, marks and focus rings in somebody's colour. Its hue stays, and its lightness moves only as far as it must for
 * everybody to read it: on the card as well as under the text of a button.
 *
 * @param color `#rrggbb`
 */
export const accentsOf = (color: string): { readonly light: Accent; readonly dark: Accent } => {
  const accent = toHsl(color);
  const light = moved(accent, -LIGHTNESS_STEP, (made) => contrast(made, CARD_IN_LIGHT) >= MIN_CONTRAST);
  const dark = moved(
    accent,
    LIGHTNESS_STEP,
    (made) => Math.min(contrast(made, CARD_IN_DARK), contrast(made, INK_IN_DARK)) >= MIN_CONTRAST_IN_DARK,
  );
  return {
    light: { accent: toHex(light), hover: toHex(lighter(light, -HOVER_LIGHTNESS)), onAccent: CARD_IN_LIGHT },
    dark: { accent: toHex(dark), hover: toHex(lighter(dark, HOVER_LIGHTNESS)), onAccent: INK_IN_DARK },
  };
};

/** How far two colours are apart, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export const contrast = (one: string, other: string): number => {
  const [darker = 0, brighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (brighter + 0.05) / (darker + 0.05);
};

type Hsl = readonly [hueDegrees: number, saturation: number, lightness: number];

/** In steps, until it is legible; black and white are the last ones and always are. */
const moved = (color: Hsl, step: number, isLegible: (color: string) => boolean): Hsl => {
  let current = color;
  while (!isLegible(toHex(current))) current = lighter(current, step);
  return current;
};

const lighter = ([hue, saturation, lightness]: Hsl, by: number): Hsl => [
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
