import type { Method, MethodSetting, RestApi, Route } from './model.ts';

/** Token buckets, one per method of a stage (developer guide, "request throttling"). */
export const createThrottle = (api: RestApi, now: () => number) => {
  const buckets = new Map<string, { tokens: number; filledAt: number }>();

  /**
   * Takes a token.
   *
   * @returns false when the request exceeds the limit
   */
  return (route: Route, method: Method): boolean => {
    const setting = settingOf(api.methodSettings, route.path, method.httpMethod);
    const { rateLimit, burstLimit } = setting ?? {};
    if (rateLimit === undefined || burstLimit === undefined || rateLimit < 0) return true;
    const key = `${method.httpMethod} ${route.path}`;
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: burstLimit, filledAt: at };
    const tokens = Math.min(burstLimit, bucket.tokens + ((at - bucket.filledAt) / 1000) * rateLimit);
    const taken = tokens >= 1;
    buckets.set(key, { tokens: taken ? tokens - 1 : tokens, filledAt: at });
    return taken;
  };
};

/** The most specific setting for a method: its own, else the stage's. */
const settingOf = (settings: readonly MethodSetting[], path: string, httpMethod: string) =>
  settings.find((setting) => setting.resourcePath === path && setting.httpMethod === httpMethod) ??
  settings.find((setting) => setting.resourcePath === path && setting.httpMethod === '*') ??
  settings.find((setting) => setting.resourcePath === '/*' && setting.httpMethod === '*');
