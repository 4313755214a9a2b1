import { isSameOrigin } from '../../lambdas/runtime/http/same-origin.ts';
import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';
import { Browser } from '../support/authorization/browser.ts';
import { authorizationQuery, ISSUER, sealedRequestOf } from '../support/authorization/requests.ts';

const HIDDEN = { origin: 'null', 'sec-fetch-site': 'same-origin' };

describe('Forms of this server (#129, cross-site request forgery)', () => {
  it.each<[boolean, readonly string[] | undefined, readonly string[] | undefined]>([
    [true, [ISSUER], undefined],
    [true, [ISSUER], ['same-origin']],
    [true, undefined, ['same-origin']],
    [true, ['null'], ['same-origin']],
    [false, undefined, undefined],
    [false, ['null'], undefined],
    [false, ['null'], ['none']],
    [false, ['null'], ['same-site']],
    [false, ['null'], ['cross-site']],
    [false, ['null'], ['']],
    [false, ['null'], ['Same-Origin']],
    [false, ['null'], ['same-origin', 'cross-site']],
    [false, ['null', 'null'], ['same-origin']],
    [false, ['null', ISSUER], ['same-origin']],
    [false, ['NULL'], ['same-origin']],
    [false, ['null '], ['same-origin']],
    [false, [''], ['same-origin']],
    [false, ['https://evil.test'], ['same-origin']],
  ])('A26 (Fetch Metadata §2.3): %s for Origin %j and Sec-Fetch-Site %j', (isSame, origin, site) => {
    const headers = new Map(
      Object.entries({ origin, 'sec-fetch-site': site }).flatMap(([name, values]) => (values ? [[name, values]] : [])),
    );
    expect(isSameOrigin({ headers }, ISSUER)).toBe(isSame);
  });

  it('A26: the forms of the consent page and of my connections work in a browser that hides its origin', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient();
    const browser = new Browser();
    const request = sealedRequestOf(await gate.authorize(authorizationQuery(), browser));
    for (const [headers, status] of [
      [{ origin: 'null' }, 403],
      [HIDDEN, 303],
    ] as const) {
      expect((await gate.consent({ request, decision: 'approve' }, browser, headers)).status).toBe(status);
      expect((await gate.connections(browser, { idp: 'company' }, headers)).status).toBe(status);
    }
  });
});
