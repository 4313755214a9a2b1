import type { Language } from '../../../core/language.ts';
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
  readonly connections: ConnectionsWords;
  /** What a program may do with the scopes that need no configuration. */
  readonly scopes: Readonly<Record<'email' | 'profile' | 'offline_access', string>>;
  readonly actions: {
    readonly tryAgain: string;
    readonly useAnotherAccount: string;
    readonly returnToApplication: string;
  };
  readonly messages: Messages;
  readonly welcome: WelcomeWords;
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
  /** The box to tick so that nobody asks again. */
  readonly remember: string;
}

/** The page of one's own connections. */
interface ConnectionsWords {
  readonly title: string;
  readonly signIn: string;
  readonly signedInAs: (account: Html) => Html;
  readonly some: string;
  readonly none: string;
  readonly unknownClient: string;
  readonly server: string;
  readonly answersWentTo: string;
  readonly mayDo: string;
  readonly since: string;
  readonly timesConnected: string;
  readonly lastUsed: string;
  readonly end: string;
  readonly endAll: string;
  readonly logOut: string;
  readonly application: string;
  readonly remembered: string;
  readonly rememberedText: string;
  readonly rememberedUntil: string;
  readonly forget: string;
  /** @param minutes such as "60 minutes" */
  readonly afterwards: (minutes: string) => string;
}

interface ClientWords {
  readonly unnamed: string;
  readonly namedByItself: string;
  readonly namedByDocument: (host: Html) => Html;
  readonly describedBy: string;
  /** The name has letters of several alphabets that look alike. */
  readonly mixedAlphabets: WarningWords;
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
  readonly consentNotRemembered: MessageWords;
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

/** The page for whoever opens the address of a server in a browser. */
interface WelcomeWords {
  readonly title: string;
  readonly whatThisIs: string;
  readonly address: string;
  readonly addresses: string;
  readonly copyExactly: string;
  readonly whereToPaste: string;
  /** @param menu the path through a program's menus, in English */
  readonly pasteAt: (menu: Html) => Html;
  readonly orPasteAt: (menu: Html) => Html;
  readonly developerMode: (menu: Html) => Html;
  /** @param server named only where there are several */
  readonly addTo: (program: string, server: string | undefined) => string;
  readonly notFromTheCloud: string;
  readonly commandLine: string;
  readonly anotherProgram: string;
  readonly anyOther: (address: Html) => Html;
  /** Stands for the address where there are several. */
  readonly yourAddress: string;
  readonly thenWhat: string;
  readonly youDecide: string;
  readonly connections: string;
}
