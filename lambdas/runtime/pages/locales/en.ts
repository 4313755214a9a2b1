import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const en: Messages = {
  language: 'en',
  consent: {
    title: (client) => `Connect ${client}?`,
    heading: (client) => html`${client} wants to connect`,
    server: 'To this server',
    sendsResponseTo: 'The answer goes to',
    appForScheme: (scheme) => html`the app that opens ${scheme} links`,
    permissions: 'If your account allows, it may:',
    continueWith: (provider) => `Continue with ${provider}`,
    deny: 'Deny',
    chooseAccountNext: 'You choose your account in the next step. Nothing is shared before that.',
    remember: 'Do not ask me again in this browser for 90 days, unless something about this request changes',
  },
  client: {
    unnamed: 'An application without a name',
    nameUnverified: 'The application chose this name itself. Nobody has verified it.',
    nameFromWebsite: (host) =>
      html`The name comes from a document at ${host}. Whoever runs that website says so, and nobody else has verified it.`,
    describedBy: 'Described by',
    mixedAlphabets: {
      lead: 'This name mixes alphabets.',
      text: 'Some of its letters only look like those that you know. Go by the host, not by the name.',
    },
    programReceives: {
      lead: 'A program on this computer will receive the answer.',
      text: 'Continue only if you have just started this from a program that you trust.',
    },
    appReceives: {
      lead: 'An app on this device will receive the answer.',
      text: 'Continue only if you have just started this from an app that you trust.',
    },
    impersonable: (host) => ({
      lead: 'Any program on this computer can pass itself off as this application.',
      text: html`The document at ${host} does not prevent that.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'The answer goes to another website.',
      text: html`The application is described by ${documentHost}, and ${receiver} will receive the answer.`,
    }),
  },
  connections: {
    title: 'Your connections',
    signIn:
      'See which applications may act for you here, and end what you no longer want. Sign in with the account with which you connected them.',
    signedInAs: (account) => html`Signed in as ${account}`,
    some: 'These applications may act for you here.',
    none: 'No application may act for you here.',
    unknownClient: 'An application that is not known here any more',
    server: 'At this server',
    connectedThrough: 'Connected through',
    permissions: 'It may',
    since: 'Since',
    timesConnected: 'Times connected',
    lastUsed: 'Last used',
    end: 'End this connection',
    endAll: 'End all connections',
    logOut: 'Sign out of this page',
    application: 'Application',
    remembered: 'Connected without asking',
    rememberedText:
      'These applications connect without asking you again in the browser where you chose that, until something about their request changes.',
    rememberedUntil: 'Until',
    forget: 'Ask me again',
    afterwards: (minutes) =>
      `An application whose connection you end gets no further access. What it was given before may still work for up to ${minutes}.`,
  },
  scopes: {
    email: 'See your e-mail address',
    profile: 'See your name',
    offline_access: 'Stay connected when you are not using it',
  },
  actions: {
    tryAgain: 'Try again',
    useAnotherAccount: 'Use another account',
    returnToApplication: 'Return to the application',
  },
  errors: {
    clientUnknown: {
      title: 'This application is not known here',
      text: 'It has never registered with this server, or has not been used for a long time. Remove the connection in your application and add it again, so that it registers anew.',
    },
    clientBlocked: {
      title: 'This application is blocked here',
      text: 'Whoever runs this server does not let this application in. Ask them, or use another application.',
    },
    clientUnreachable: {
      title: 'This application cannot be looked up just now',
      text: 'The website that describes it does not answer, so this server cannot know whom you would let in. That is a fault of that website or of the way to it, and usually passes.',
    },
    clientMetadataInvalid: {
      title: 'The description of this application is not in order',
      text: 'The application names a web address that should describe it, and what stands there was not accepted. Its makers have to correct it; whoever runs this server finds the reason in the log.',
    },
    formFromElsewhere: {
      title: 'This form was not sent from here',
      text: 'Your answer did not come from the page of this server, so it was not used. Start again in your application.',
    },
    cookieMissing: {
      title: 'Your browser did not send our cookie',
      text: 'This page needs one cookie of this server to know that the answer is yours. Allow cookies for this site and start again in your application. Safari keeps none for http://localhost: use another browser there.',
    },
    formExpired: {
      title: 'This page has expired',
      text: 'It was open for too long, or was opened in another browser. Start again in your application.',
    },
    formUsed: {
      title: 'You have answered already',
      text: 'This page was used for a login before. If your application is not connected, start again there.',
    },
    loginUnknown: {
      title: 'This login was not started here',
      text: 'The answer of the identity provider belongs to no login that this server knows. Start again in your application.',
    },
    loginOfOtherBrowser: {
      title: 'This login belongs to another browser',
      text: 'A login ends only in the browser in which it was approved, within a few minutes, and only with cookies. If somebody sent you a link to this page, close it. Otherwise start again in your application.',
    },
    loginExpired: {
      title: 'This login has expired',
      text: 'It took too long. Start again in your application.',
    },
    loginUsed: {
      title: 'This login has been used already',
      text: 'Each login works once. If your application is not connected, start again there.',
    },
    consentNotRemembered: {
      title: 'Please confirm this connection',
      text: 'This browser remembers the consent of another account, or of one that has been taken back, so nothing was connected. Start again in your application: you will be asked then.',
    },
    loginFailed: (provider) => ({
      title: 'The login did not work just now',
      text: `${provider} or this server did not answer in time. What you approved stays approved for a few minutes.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `Signing in with ${provider} is not set up`,
      text: `This server has no valid client id and secret for ${provider} yet. If you run it: "cdk deploy" printed the command that stores them, and the log of this request shows it again.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `The answer of ${provider} cannot be trusted`,
      text: 'It did not pass the checks of this server, so you were not signed in. Start again in your application; if this happens again, tell whoever runs this server.',
    }),
    notAllowed: (provider, account) => ({
      title: 'This account has no access here',
      text: `You are signed in at ${provider} as ${account ?? 'an account without an e-mail address'}. Ask whoever runs this server to let you in, or use another account.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'This account has no access here',
      text: `You are signed in at ${provider} as ${account}. The provider has not verified that e-mail address, so it does not count.`,
    }),
    busy: {
      title: 'This did not work just now',
      text: 'The service is busy or a part of it is down. Try again shortly.',
    },
    failed: {
      title: 'This did not work just now',
      text: 'Something failed on our side. Your request was not at fault.',
    },
    goBack: 'Go back and try again.',
    requestRefused: {
      title: 'This request cannot be completed',
      text: (reason) =>
        html`${reason} If you did not build this request yourself, start again in the application that you want to connect.`,
    },
  },
  welcome: {
    title: 'Connect your assistant',
    whatThisIs:
      'This address belongs to a server of tools for AI assistants and editors. It has no page to work on: you give its address to a program, which then uses the tools for you.',
    address: 'The address',
    addresses: 'The addresses',
    copyExactly: 'Copy it exactly as it stands here, without a slash at the end.',
    whereToPaste: 'Where to paste it',
    pasteAt: (menu) => html`Paste the address at ${menu}.`,
    orPasteAt: (menu) => html`Or paste the address at ${menu}.`,
    developerMode: (menu) => html`First turn on developer mode at ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Add to ${program}` : `Add ${server} to ${program}`),
    runsOnThisComputer:
      'This server runs on your own computer. Assistants that run in the cloud of their makers cannot reach it.',
    commandLine: 'On the command line',
    anotherProgram: 'Another program',
    anyOther: (address) =>
      html`Wherever it asks for a remote MCP server (Streamable HTTP), paste ${address}. Leave client id and secret empty.`,
    yourAddress: 'the address from above',
    whatHappensNext: 'What happens then',
    reviewAndSignIn:
      'The program opens your browser. You see its name, where the answer goes and what it may do, you decide, and you log in. It never learns your password.',
    connections: 'See what is connected, and end it',
  },
  quoteRequestId: (requestId) => html`If you ask for help, quote this number: ${requestId}`,
};
