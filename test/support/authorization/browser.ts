import type { Answer } from './invoke.ts';

/** One browser: its cookies, and its user's languages. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly languages: string | undefined;

  /** @param languages what it sends as `Accept-Language` */
  constructor(languages?: string) {
    this.languages = languages;
  }

  headers(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      ...(cookie === '' ? {} : { cookie }),
      ...(this.languages === undefined ? {} : { 'accept-language': this.languages }),
    };
  }

  async keep(answer: Promise<Answer>): Promise<Answer> {
    for (const cookie of (await answer).cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (cookie.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}
