import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Theme } from '../../lambdas/core/theme.ts';
import type { Configuration } from './schema.ts';
import { computeThemeColors } from './theme-colors.ts';

const DEFAULT_COLOR = '#1f5f4a';

/** The theme as the functions that show pages get it: they only link to the logo, and the colours are computed here. */
export const themeSettings = ({ theme: { name, logo, color } }: Pick<Configuration, 'theme'>): Theme => ({
  ...(name === undefined ? {} : { name }),
  ...(logo === undefined ? {} : { logo: true }),
  colors: computeThemeColors(color ?? DEFAULT_COLOR),
});

/** Checks that the logo can be used, and returns the problems. */
export const checkTheme = ({ theme }: Configuration): string[] => {
  try {
    if (theme.logo !== undefined) readLogo(theme.logo);
    return [];
  } catch (error) {
    if (error instanceof LogoError) return [`theme.logo: expected ${error.message}`];
    throw error;
  }
};

const MAX_LOGO_BYTES = 64 * 1024;

/** The logo file cannot be used. The message completes `theme.logo: expected …`. */
export class LogoError extends Error {}

/**
 * The logo as an SVG document that embeds the file as an image. As an image, the file runs no script and loads nothing (SVG
 * Integration §3.2). Base64 has no character that is special in a mapping template.
 *
 * @throws LogoError
 */
export const readLogo = (path: string): string => {
  const file = resolve(path);
  const bytes = readBytes(file);
  const image = measurePng(bytes) ?? measureSvg(bytes);
  if (!image) throw new LogoError(`an SVG (with its xmlns) or PNG image, got something else in ${file}`);
  const { mediaType, width, height } = image;
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}"><image ${size} href="data:${mediaType};base64,${bytes.toString('base64')}"/></svg>`;
};

const readBytes = (file: string): Buffer => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none' : String(error);
    throw new LogoError(`a file at ${file}, but ${why}`);
  }
  if (bytes.length > MAX_LOGO_BYTES) {
    throw new LogoError(`at most ${MAX_LOGO_BYTES} bytes, got ${bytes.length} in ${file}`);
  }
  return bytes;
};

interface Image {
  readonly mediaType: 'image/png' | 'image/svg+xml';
  readonly width: number;
  readonly height: number;
}

const PNG_SIGNATURE = '89504e470d0a1a0a';
const PNG_HEADER_BYTES = 24;

/** PNG specification §5.2 and §11.2.2: the header chunk with width and height in pixels follows the signature. */
const measurePng = (bytes: Buffer): Image | undefined =>
  bytes.toString('hex', 0, 8) === PNG_SIGNATURE && bytes.length >= PNG_HEADER_BYTES
    ? { mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : undefined;

/** SVG 2 §8.2: the proportions come from the view box, or from width and height. The default is a square. */
const measureSvg = (bytes: Buffer): Image | undefined => {
  const root = /^(?:\uFEFF)?\s*(?:<\?xml[^>]*>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b([^>]*)>/i.exec(
    bytes.toString('utf8'),
  );
  if (!root?.[1]?.includes('http://www.w3.org/2000/svg')) return undefined;
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']+)["']`).exec(root[1] ?? '')?.[1] ?? '';
  const box = attribute('viewBox')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const sizes = [box.slice(2), [Number.parseFloat(attribute('width')), Number.parseFloat(attribute('height'))]];
  const [width, height] = sizes.find(([w = 0, h = 0]) => w > 0 && h > 0) ?? [1, 1];
  return { mediaType: 'image/svg+xml', width: width ?? 1, height: height ?? 1 };
};
