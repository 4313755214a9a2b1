import type { WalkGround } from '../walk-ground.ts';

/** A function as its operator's command calls it; one that fails is what 503 is to others. */
export const command = async (cloud: WalkGround, name: 'KeyRing' | 'Privacy', event: object) => {
  const logicalId = (await cloud.functions()).find((id) => new RegExp(`${name}Function[0-9A-F]{8}$`).test(id)) ?? '';
  const { ok, result, errorMessage } = await cloud.invoke(logicalId, event);
  return { status: ok ? 200 : 503, headers: new Headers({ 'retry-after': '0' }), body: result ?? errorMessage };
};
