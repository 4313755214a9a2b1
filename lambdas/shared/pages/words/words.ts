import type { Language } from '../../core/language.ts';
import type { Html } from '../html.ts';

/** A page that says one thing. */
export interface MessageWords {
  readonly title: string;
  readonly text: string;
}

/** A box in which the first sentence stands out. */
export interface WarningWords {
  readonly lead: string;
  readonly text: string | Html;
}

/**
 * Every text that a person sees, in one language. A word that is missing in a translation is a type error. Names from
 * outside come in as text, or as markup where they must be set apart (`<bdi>`).
 */
export interface Words {
  readonly language: Language;
  readonly consent: ConsentWords;
  readonly client: ClientWords;
  /** What a program may do with the scopes that need no configuration. */
  readonly scopes: Readonly<Record<'email' | 'profile' | 'offline_access', string>>;
  readonly actions: {
    readonly tryAgain: string;
    readonly useAnotherAccount: string;
    readonly returnToApplication: string;
  };
  readonly messages: Messages;
  /** Below every message: the number under which the log has it. */
  readonly quoteNumber: (requestId: Html) => Html;
}

interface ConsentWords {
  readonly title: (client: string) => string;
  readonly heading: (client: Html) => Html;
  readonly server: string;
  readonly answerGoesTo: string;
  readonly appOfLinks: (scheme: Html) => Html;
  readonly mayDo: string;
  readonly continueWith: (provider: string) => string;
  readonly deny: string;
  readonly accountComesNext: string;
}

interface ClientWords {
  readonly unnamed: string;
  readonly namedByItself: string;
  readonly namedByDocument: (host: Html) => Html;
  readonly describedBy: string;
  readonly programReceives: WarningWords;
  readonly appReceives: WarningWords;
  readonly anybodyHere: (host: Html) => WarningWords;
  readonly otherWebsite: (documentHost: Html, receiver: Html) => WarningWords;
}

interface Messages {
  readonly clientUnknown: MessageWords;
  readonly clientBlocked: MessageWords;
  readonly clientUnreachable: MessageWords;
  readonly clientDocumentRefused: MessageWords;
  readonly formFromElsewhere: MessageWords;
  readonly cookieMissing: MessageWords;
  readonly formExpired: MessageWords;
  readonly formUsed: MessageWords;
  readonly loginUnknown: MessageWords;
  readonly loginOfOtherBrowser: MessageWords;
  readonly loginExpired: MessageWords;
  readonly loginUsed: MessageWords;
  readonly loginFailed: (provider: string) => MessageWords;
  readonly providerNotSetUp: (provider: string) => MessageWords;
  readonly providerNotTrusted: (provider: string) => MessageWords;
  /** @param account e-mail address or name at the provider, where it told one */
  readonly notAllowed: (provider: string, account: string | undefined) => MessageWords;
  readonly emailNotVerified: (provider: string, account: string) => MessageWords;
  /** A part of the service does not answer; `goBack` follows where the page cannot simply be opened again. */
  readonly busy: MessageWords;
  readonly failed: MessageWords;
  readonly goBack: string;
  /** @param reason what was wrong, in the protocol's English */
  readonly requestRefused: { readonly title: string; readonly text: (reason: Html) => Html };
}
