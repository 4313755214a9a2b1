import type { WalkGround } from '../walk-ground.ts';

/** Invokes a function as the operator's command does. A failure of the function counts as a 503. */
export const command = async (cloud: WalkGround, name: 'KeyRing' | 'Privacy', event: object) => {
  const logicalId = (await cloud.functions()).find((id) => new RegExp(`${name}Function[0-9A-F]{8}$`).test(id)) ?? '';
  const { ok, result, errorMessage } = await cloud.invoke(logicalId, event);
  return { status: ok ? 200 : 503, headers: new Headers({ 'retry-after': '0' }), body: result ?? errorMessage };
};
