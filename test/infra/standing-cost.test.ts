import { templateFor } from './template.ts';

describe('B2: the price of a stack that is not used', () => {
  it.each([
    [{}, '17.00 dollars a month: firewall 12.00, alarms 2.40, secrets 1.60, keys 1.00'],
    [{ firewall: false }, '5.00 dollars a month: alarms 2.40, secrets 1.60, keys 1.00'],
    [{ firewall: false, monitoring: { alarms: false } }, '2.60 dollars a month: secrets 1.60, keys 1.00'],
  ])('with %j it is an output', async (overlay, expected) => {
    expect((await templateFor(overlay)).outputs.StandingCost?.Value).toBe(expected);
  });
});
