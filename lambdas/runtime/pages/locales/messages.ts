import type { Language } from '../../../core/language.ts';
import type { Html } from '../html.ts';

/** The texts of a page that shows one message. */
export interface MessageText {
  readonly title: string;
  readonly text: string;
}

/** A warning whose first sentence is set in bold. */
export interface WarningText {
  readonly lead: string;
  readonly text: string | Html;
}

/**
 * Every text of the pages in one language. A missing translation is a type error. Names from outside are passed as text,
 * or as markup where their direction must be isolated (`<bdi>`).
 */
export interface Messages {
  readonly language: Language;
  readonly consent: ConsentMessages;
  readonly client: ClientMessages;
  readonly connections: ConnectionsMessages;
  /** Descriptions of the scopes that need no configuration. */
  readonly scopes: Readonly<Record<'email' | 'profile' | 'offline_access', string>>;
  readonly actions: {
    readonly tryAgain: string;
    readonly useAnotherAccount: string;
    readonly returnToApplication: string;
  };
  readonly errors: ErrorMessages;
  readonly welcome: WelcomeMessages;
  /** Stands below every message. The log has the same request id. */
  readonly quoteRequestId: (requestId: Html) => Html;
}

interface ConsentMessages {
  readonly title: (client: string) => string;
  readonly heading: (client: Html) => Html;
  readonly server: string;
  readonly sendsResponseTo: string;
  readonly appForScheme: (scheme: Html) => Html;
  readonly permissions: string;
  readonly continueWith: (provider: string) => string;
  readonly deny: string;
  readonly chooseAccountNext: string;
  /** The label of the box that lets the user have the consent remembered. */
  readonly remember: string;
}

/** The page /connections. */
interface ConnectionsMessages {
  readonly title: string;
  readonly signIn: string;
  readonly signedInAs: (account: Html) => Html;
  readonly some: string;
  readonly none: string;
  readonly unknownClient: string;
  readonly server: string;
  readonly connectedThrough: string;
  readonly permissions: string;
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
  readonly afterwards: string;
}

interface ClientMessages {
  readonly unnamed: string;
  readonly nameUnverified: string;
  readonly nameFromWebsite: (host: Html) => Html;
  readonly applicationWebsite: string;
  /** The name mixes alphabets whose letters look alike. */
  readonly mixedAlphabets: WarningText;
  readonly programReceives: WarningText;
  readonly appReceives: WarningText;
  readonly impersonable: (host: Html) => WarningText;
  readonly otherWebsite: (documentHost: Html, receiver: Html) => WarningText;
}

interface ErrorMessages {
  readonly clientUnknown: MessageText;
  readonly clientBlocked: MessageText;
  readonly clientUnreachable: MessageText;
  readonly clientMetadataInvalid: MessageText;
  readonly formFromElsewhere: MessageText;
  readonly cookieMissing: MessageText;
  readonly formExpired: MessageText;
  readonly formUsed: MessageText;
  readonly loginUnknown: MessageText;
  readonly loginOfOtherBrowser: MessageText;
  readonly loginExpired: MessageText;
  readonly loginUsed: MessageText;
  readonly consentNotRemembered: MessageText;
  readonly loginFailed: (provider: string) => MessageText;
  readonly providerNotSetUp: (provider: string) => MessageText;
  readonly providerNotTrusted: (provider: string) => MessageText;
  /** @param account e-mail address or name at the provider, if known */
  readonly notAllowed: (provider: string, account: string | undefined) => MessageText;
  readonly emailNotVerified: (provider: string, account: string) => MessageText;
  /** A part of the service does not answer. `goBack` follows if the page cannot be reloaded. */
  readonly busy: MessageText;
  readonly failed: MessageText;
  readonly goBack: string;
  /** @param reason the error description, which stays English */
  readonly requestRefused: { readonly title: string; readonly text: (reason: Html) => Html };
}

/** The page that a browser gets at the address of a server. */
interface WelcomeMessages {
  readonly title: string;
  readonly whatThisIs: string;
  readonly address: string;
  readonly addresses: string;
  readonly copyExactly: string;
  readonly whereToPaste: string;
  /** @param menu the path through an application's menus, in English */
  readonly pasteAt: (menu: Html) => Html;
  readonly orPasteAt: (menu: Html) => Html;
  readonly developerMode: (menu: Html) => Html;
  /** @param server the name of the server if there are several */
  readonly addTo: (program: string, server: string | undefined) => string;
  readonly runsOnThisComputer: string;
  readonly commandLine: string;
  readonly anotherProgram: string;
  readonly anyOther: (address: Html) => Html;
  /** Replaces the address if there are several. */
  readonly yourAddress: string;
  readonly whatHappensNext: string;
  readonly reviewAndSignIn: string;
  readonly connections: string;
}
