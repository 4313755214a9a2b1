import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const en: Messages = {
  language: 'en',
  consent: {
    title: (client) => `Connect ${client}?`,
    heading: (client) => html`${client} wants to connect`,
    server: 'Server',
    sendsResponseTo: 'Sends the response to',
    appForScheme: (scheme) => html`the app that opens ${scheme} links`,
    permissions: 'If your account allows it, the application can:',
    continueWith: (provider) => `Continue with ${provider}`,
    deny: 'Deny',
    chooseAccountNext: 'You choose your account in the next step. Nothing is shared before then.',
    remember: 'Don’t ask again in this browser for 90 days, unless this request changes',
  },
  client: {
    unnamed: 'Unnamed application',
    nameUnverified: 'The application chose this name itself. The name has not been verified.',
    nameFromWebsite: (host) => html`This name is provided by ${host} and has not been verified.`,
    applicationWebsite: 'Application website',
    mixedAlphabets: {
      lead: 'This name mixes alphabets.',
      text: 'Some letters only look familiar. Check where the response is sent, not the name.',
    },
    programReceives: {
      lead: 'A program on this computer will receive the response.',
      text: 'Continue only if you just started this from a program that you trust.',
    },
    appReceives: {
      lead: 'An app on this device will receive the response.',
      text: 'Continue only if you just started this from an app that you trust.',
    },
    impersonable: (host) => ({
      lead: 'Any program on this computer can impersonate this application.',
      text: html`${host} cannot prevent that.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'The response goes to a different website.',
      text: html`The application’s website is ${documentHost}, but ${receiver} will receive the response.`,
    }),
  },
  connections: {
    title: 'Your connections',
    signIn:
      'Sign in to see which applications can act on your behalf here, and to disconnect them. Use the account with which you connected them.',
    signedInAs: (account) => html`Signed in as ${account}`,
    some: 'These applications can act on your behalf here.',
    none: 'You have no connected applications.',
    unknownClient: 'Unknown application',
    server: 'Server',
    connectedThrough: 'Connected through',
    permissions: 'Permissions',
    since: 'Connected since',
    timesConnected: 'Times connected',
    lastUsed: 'Last used',
    end: 'Disconnect',
    endAll: 'Disconnect all',
    logOut: 'Sign out',
    application: 'Application',
    remembered: 'Applications that don’t ask again',
    rememberedText:
      'In the browser where you chose this, these applications connect without asking you again, unless their request changes.',
    rememberedUntil: 'Until',
    forget: 'Ask me again',
    afterwards: 'An application that you disconnect loses its access within a minute.',
  },
  scopes: {
    email: 'See your email address',
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
      title: 'Unknown application',
      text: 'The application never registered with this server, or its registration has expired. Remove the connection in your application and add it again.',
    },
    clientBlocked: {
      title: 'This application is blocked',
      text: 'The administrator of this server does not allow this application. Contact the administrator, or use another application.',
    },
    clientUnreachable: {
      title: 'This application cannot be checked right now',
      text: 'The application’s website does not respond, so this server cannot check which application you would connect. The problem is usually temporary.',
    },
    clientMetadataInvalid: {
      title: 'This application’s metadata is invalid',
      text: 'Its developer has to correct the metadata on the application’s website. The administrator of this server can find the reason in the log.',
    },
    formFromElsewhere: {
      title: 'This form was not sent from this server',
      text: 'For your security, your response was not used. Start again in your application.',
    },
    cookieMissing: {
      title: 'Your browser did not send a required cookie',
      text: 'This page needs a cookie to confirm that this response is yours. Allow cookies for this site and start again in your application. Safari does not store cookies for http://localhost, so use another browser there.',
    },
    formExpired: {
      title: 'This page has expired',
      text: 'It was open for too long, or it was opened in another browser. Start again in your application.',
    },
    formUsed: {
      title: 'You have already responded',
      text: 'This page takes one response. If your application is not connected, start again there.',
    },
    loginUnknown: {
      title: 'This sign-in was not started here',
      text: 'The response from the identity provider does not belong to any sign-in on this server. Start again in your application.',
    },
    loginOfOtherBrowser: {
      title: 'This sign-in belongs to another browser',
      text: 'Finish signing in within a few minutes, in the browser in which you started, and with cookies allowed. If someone sent you a link to this page, close it. Otherwise, start again in your application.',
    },
    loginExpired: {
      title: 'This sign-in has expired',
      text: 'It took too long. Start again in your application.',
    },
    loginUsed: {
      title: 'This sign-in was already used',
      text: 'Each sign-in works only once. If your application is not connected, start again there.',
    },
    consentNotRemembered: {
      title: 'Please confirm this connection',
      text: 'This browser remembers the consent of another account, or a consent that was withdrawn. Nothing was connected. Start again in your application, and you will be asked to confirm.',
    },
    loginFailed: (provider) => ({
      title: 'You could not be signed in right now',
      text: `${provider} or this server did not respond in time. Your approval stays valid for a few minutes.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `Signing in with ${provider} is not set up`,
      text: `This server has no valid client ID and client secret for ${provider}. If you run this server, use the command that "cdk deploy" printed. The log of this request shows it again.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `The response from ${provider} could not be verified`,
      text: 'You were not signed in. Start again in your application. If the problem persists, contact the administrator of this server.',
    }),
    notAllowed: (provider, account) => ({
      title: 'This account does not have access',
      text: `You are signed in to ${provider} ${account === undefined ? 'with an account that has no email address' : `as ${account}`}. Ask the administrator of this server for access, or use another account.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'This account does not have access',
      text: `You are signed in to ${provider} as ${account}. This server accepts only verified email addresses, and ${provider} has not verified this one.`,
    }),
    busy: {
      title: 'This service is temporarily unavailable',
      text: 'The service is busy, or a part of it is down. Try again shortly.',
    },
    failed: {
      title: 'Something went wrong',
      text: 'An error occurred on this server. Your request did not cause it.',
    },
    goBack: 'Go back and try again.',
    requestRefused: {
      title: 'This request cannot be completed',
      text: (reason) =>
        html`${reason} If you did not write this request yourself, start again in the application that you want to connect.`,
    },
  },
  welcome: {
    title: 'Connect your assistant',
    whatThisIs:
      'This is an MCP server: it gives tools to AI assistants and editors. There is nothing to do on this page. Paste the address into your assistant.',
    address: 'Address',
    addresses: 'Addresses',
    copyExactly: 'Copy the address exactly as shown, without a slash at the end.',
    whereToPaste: 'Where to paste the address',
    pasteAt: (menu) => html`Paste the address in ${menu}.`,
    orPasteAt: (menu) => html`Or paste the address in ${menu}.`,
    developerMode: (menu) => html`First, turn on developer mode in ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Add to ${program}` : `Add ${server} to ${program}`),
    runsOnThisComputer: 'This server runs on your computer. Assistants that run in the cloud cannot reach it.',
    commandLine: 'Command line',
    anotherProgram: 'Other applications',
    anyOther: (address) =>
      html`When the application asks for a remote MCP server (Streamable HTTP), paste ${address}. Leave the client ID and the client secret empty.`,
    yourAddress: 'the address above',
    whatHappensNext: 'What happens next',
    reviewAndSignIn:
      'The application opens your browser. You see its name, where the response goes, and what it can do. You decide, and then you sign in. The application never sees your password.',
    connections: 'Manage your connections',
  },
  quoteRequestId: (requestId) => html`If you ask for help, include this request ID: ${requestId}`,
};
