import { CookieJar } from 'tough-cookie';
import type { CloudAddress } from '../cloud/local-cloud.ts';
import { formsOf, type HtmlForm } from '../http/html-form.ts';

/** What a person sees after a click: a page, or the address of a program outside, which is not requested. */
export interface Seen {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Where the browser was sent when it left the gate and its development provider. */
  readonly left?: URL;
}

export interface SignInChoices {
  readonly decision?: 'approve' | 'deny';
  /** Which identity provider's button, where there are several. */
  readonly provider?: string;
  /** Not to be asked again. */
  readonly remember?: boolean;
}

const MAX_STEPS = 20;

/** Someone with a browser of their own (a cookie jar) and a login at the development provider. No script runs. */
export class Person {
  readonly login: string;
  readonly jar = new CookieJar();
  readonly #homeOrigins: ReadonlySet<string>;

  /** @param otherProviders origins of identity providers beside the development provider */
  constructor(cloud: CloudAddress, login = 'ada', otherProviders: readonly string[] = []) {
    this.login = login;
    this.#homeOrigins = new Set([cloud.origin, `http://localhost:${cloud.port + 1}`, ...otherProviders]);
  }

  get email(): string {
    return `${this.login}@example.com`;
  }

  /** One request, with this person's cookies; redirects are not followed. */
  async request(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = await this.jar.getCookieString(url.href);
    if (cookies !== '') headers.set('cookie', cookies);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, url.href);
    return response;
  }

  /** Opens a page and follows redirects, as far as they stay at home. */
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

  /** Sends a form as a browser does: with its hidden fields, the pressed button and the page's origin. */
  submit(seen: Seen, form: HtmlForm, extra: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const body = new URLSearchParams({ ...form.fields, ...extra });
    return this.open(new URL(form.action, seen.url), { method: 'POST', headers: { origin: seen.url.origin }, body });
  }

  /** Goes from a client's authorization URL through consent and login, as far as it takes. */
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
