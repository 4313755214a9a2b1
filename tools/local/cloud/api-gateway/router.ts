import type { Method, RestApi, Route } from './model.ts';

export interface Match {
  readonly route: Route;
  /** Undefined when the path exists but the method does not. */
  readonly method: Method | undefined;
  /** Path parameters as they were sent, still percent-encoded. */
  readonly rawPathParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the resource of a request, segment by segment: an exact segment wins over `{param}`, which wins over `{proxy+}`.
 * The method does not influence the choice. A trailing slash is ignored. An empty segment matches `{proxy+}` only.
 *
 * @param path as it was sent; segments are compared percent-decoded
 */
export const match = (api: RestApi, httpMethod: string, path: string): Match | undefined => {
  const segments = path.replace(/^\/+/, '').replace(/\/+$/, '').split('/');
  let best: { route: Route; parameters: Record<string, string>; rank: string } | undefined;
  for (const route of api.routes) {
    if (route.methods.size === 0) continue;
    const found = compare(route.path.slice(1).split('/'), segments);
    if (found && (best === undefined || found.rank < best.rank)) best = { route, ...found };
  }
  if (!best) return undefined;
  const { route, parameters } = best;
  return { route, method: route.methods.get(httpMethod) ?? route.methods.get('ANY'), rawPathParameters: parameters };
};

/** Ranks compare as strings: `0` exact, `1` parameter, `2` greedy, one digit per segment. */
const compare = (pattern: readonly string[], segments: readonly string[]) => {
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    const name = /^\{([^+}]+)(\+?)\}$/.exec(part);
    if (segment === undefined) return undefined;
    if (name?.[2]) {
      const rest = segments.slice(index).join('/');
      if (rest === '') return undefined;
      return { parameters: { ...parameters, [name[1] ?? '']: rest }, rank: `${rank}2` };
    }
    if (name && segment === '') return undefined;
    if (!name && decode(segment) !== part) return undefined;
    if (name) parameters[name[1] ?? ''] = segment;
    rank += name ? '1' : '0';
  }
  return segments.length === pattern.length ? { parameters, rank } : undefined;
};

/** Percent-decodes once. Invalid text is returned unchanged. */
export const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
