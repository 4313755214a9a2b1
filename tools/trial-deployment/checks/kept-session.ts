import type { User } from '../../../test/support/browser/user.ts';
import type { CloudAddress } from '../../../test/support/cloud/cloud-run.ts';
import {
  callMcp,
  identityIn,
  obtainSession,
  refresh,
  type Session,
} from '../../../test/support/http/oauth-requests.ts';
import { expectSame } from '../report.ts';

/** The login of a user who stays connected while the deployment changes. */
export class KeptSession {
  readonly subject: string;
  readonly #cloud: CloudAddress;
  #session: Session;

  private constructor(cloud: CloudAddress, session: Session, subject: string) {
    this.#cloud = cloud;
    this.#session = session;
    this.subject = subject;
  }

  static async begin(cloud: CloudAddress, user: User): Promise<KeptSession> {
    const session = await obtainSession(cloud, { user });
    const identity = identityIn(await callMcp(cloud.mcpUrl, session.accessToken));
    return new KeptSession(cloud, session, String(identity.subject));
  }

  /** Uses the access token, refreshes, and uses the new one. @throws Error when any of these is refused */
  async expectGood(): Promise<void> {
    expectSame('a call with the access token', await this.callStatus(), 200);
    const { status, body } = await this.refresh();
    expectSame('a refresh', status, 200);
    this.#session = { ...this.#session, accessToken: body.access_token, refreshToken: body.refresh_token };
    expectSame('a call with the new access token', await this.callStatus(), 200);
  }

  refresh() {
    return refresh(this.#cloud, this.#session.client, this.#session.refreshToken);
  }

  async callStatus(): Promise<number> {
    return (await callMcp(this.#cloud.mcpUrl, this.#session.accessToken)).status;
  }
}
