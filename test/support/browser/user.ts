import { CookieJar } from 'tough-cookie';
import type { CloudAddress } from '../cloud/local-cloud.ts';
import { formsOf, type HtmlForm } from '../http/html-form.ts';

/** What the browser shows after a click: a page, or the URL of a client, which is not requested. */
export interface Seen {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** The URL to which the browser was sent when it left Gatehouse and its development provider. */
  readonly left?: URL;
}

export interface SignInChoices {
  readonly decision?: 'approve' | 'deny';
  /** The identity provider whose button is used, if there are several. */
  readonly provider?: string;
  /** Ticks the box that has the consent remembered. */
  readonly remember?: boolean;
}

const MAX_STEPS = 20;

/** A user with a cookie jar and a login at the development provider. No script runs. */
export class User {
  readonly login: string;
  readonly jar = new CookieJar();
  readonly #homeOrigins: ReadonlySet<string>;

  /** @param otherProviders origins of identity providers other than the development provider */
  constructor(cloud: CloudAddress, login = 'ada', otherProviders: readonly string[] = []) {
    this.login = login;
    this.#homeOrigins = new Set([cloud.origin, `http://localhost:${cloud.port + 1}`, ...otherProviders]);
  }

  get email(): string {
    return `${this.login}@example.com`;
  }

  /** Sends one request with this user's cookies. It follows no redirect. */
  async request(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = await this.jar.getCookieString(url.href);
    if (cookies !== '') headers.set('cookie', cookies);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, url.href);
    return response;
  }

  /** Opens a page and follows redirects within Gatehouse and the identity providers. */
  async open(url: string | URL, init?: RequestInit): Promise<Seen> {
    let here = new URL(url);
    let response = await this.request(here, init);
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) {
        return { url: here, status: response.status, html: await response.text(), headers: response.headers };
      }
      await response.body?.cancel();
      const next = new URL(location, here);
      if (!this.#homeOrigins.has(next.origin)) {
        return { url: here, status: response.status, html: '', headers: response.headers, left: next };
      }
      here = next;
      response = await this.request(here);
    }
    throw new Error(`more than ${MAX_STEPS} redirects, the last one to ${here}`);
  }

  /** Submits a form as a browser does, with its hidden fields, the pressed button and the page's origin. */
  submit(seen: Seen, form: HtmlForm, extra: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const body = new URLSearchParams({ ...form.fields, ...extra });
    return this.open(new URL(form.action, seen.url), { method: 'POST', headers: { origin: seen.url.origin }, body });
  }

  /** Goes from a client's authorization URL through consent and login, until the browser leaves or no form is left. */
  async signIn(authorizationUrl: string | URL, choices: SignInChoices = {}): Promise<Seen> {
    let seen = await this.open(authorizationUrl);
    for (let step = 0; step < MAX_STEPS && seen.left === undefined; step += 1) {
      const next = this.#answer(seen, choices);
      if (next === undefined) return seen;
      seen = await this.submit(seen, next.form, next.extra);
    }
    return seen;
  }

  #answer(seen: Seen, { decision = 'approve', provider, remember }: SignInChoices) {
    for (const form of formsOf(seen.html)) {
      if ('login' in form.fields) return { form, extra: { login: this.login } };
      const button = form.buttons.find(({ name, value }) =>
        decision === 'approve' && name === 'idp'
          ? value === (provider ?? value)
          : name === 'decision' && value === decision,
      );
      if (button === undefined) continue;
      return { form, extra: { [button.name]: button.value, ...(remember ? { remember: 'yes' } : {}) } };
    }
    return undefined;
  }
}
