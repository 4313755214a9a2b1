import { authorizationQuery } from '../../support/authorization/requests.ts';
import { formsOf } from '../../support/http/html-form.ts';
import { ALONE, expectForm, remembered, stateOf } from './fixture.ts';

describe('Remembered consents in my connections', () => {
  const opened = async () => {
    const { gate, browser } = await remembered();
    await gate.callback(stateOf(await gate.connections(browser, { idp: 'company' })), browser);
    const shown = await gate.connections(browser);
    const forms = formsOf(shown.body).map(({ fields }) => fields);
    gate.logged.length = 0;
    return { gate, browser, shown, session: forms[0]?.session ?? '', forms };
  };

  it('are shown, and can be ended: the next request shows the form', async () => {
    const { gate, browser, shown, session, forms } = await opened();
    expect(shown.body).toContain('Applications that don’t ask again');
    const consent = forms.find((fields) => fields.consent)?.consent ?? '';
    const answer = await gate.connections(browser, { session, action: 'forget', consent });
    expect(answer.status).toBe(303);
    expect(gate.events()).toEqual(['consent_forgotten']);
    expect((await gate.connections(browser)).body).not.toContain('Applications that don’t ask again');
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
    expect([...gate.grants.rows.values()].map(({ status }) => status)).toEqual(['issued']);
  });

  it.each([{ action: 'end-all' }, { action: 'end' }])('end with the connection: %j', async (form) => {
    const { gate, browser, session, forms } = await opened();
    const connection = forms.find((fields) => fields.connection)?.connection ?? '';
    await gate.connections(browser, { session, connection, ...form });
    expect(gate.events()).toEqual(['consent_forgotten', 'connection_ended']);
    expectForm(await gate.authorize(authorizationQuery(), browser, ALONE));
  });

  it('an unknown id ends nothing', async () => {
    const { gate, browser, session } = await opened();
    gate.consents.writes = 0;
    await gate.connections(browser, { session, action: 'forget', consent: 'x' });
    expect([gate.events(), gate.consents.writes]).toEqual([[], 0]);
  });
});
