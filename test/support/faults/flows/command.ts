import type { WalkGround } from '../walk-ground.ts';

/** Invokes a function as the operator's command does. A failure of the function counts as a 503. */
export const command = async (cloud: WalkGround, name: 'KeyRing' | 'Privacy', event: object) => {
  const { ok, result, errorMessage } = await cloud.invoke(name, event);
  return { status: ok ? 200 : 503, headers: new Headers({ 'retry-after': '0' }), body: result ?? errorMessage };
};
