import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const de: Messages = {
  language: 'de',
  consent: {
    title: (client) => `${client} verbinden?`,
    heading: (client) => html`${client} möchte sich verbinden`,
    server: 'Mit diesem Server',
    sendsResponseTo: 'Die Antwort geht an',
    appForScheme: (scheme) => html`die App, die Links mit ${scheme} öffnet`,
    permissions: 'Soweit Ihr Konto es erlaubt, darf die Anwendung:',
    continueWith: (provider) => `Weiter mit ${provider}`,
    deny: 'Ablehnen',
    chooseAccountNext: 'Ihr Konto wählen Sie im nächsten Schritt. Vorher wird nichts weitergegeben.',
    remember: 'In diesem Browser 90 Tage lang nicht mehr fragen, solange sich an dieser Anfrage nichts ändert',
  },
  client: {
    unnamed: 'Eine Anwendung ohne Namen',
    nameUnverified: 'Diesen Namen hat sich die Anwendung selbst gegeben. Niemand hat ihn geprüft.',
    nameFromWebsite: (host) =>
      html`Der Name stammt aus einem Dokument auf ${host}. Dafür steht nur der Betreiber dieser Website ein; sonst hat ihn niemand geprüft.`,
    describedBy: 'Beschrieben von',
    mixedAlphabets: {
      lead: 'Dieser Name mischt Alphabete.',
      text: 'Manche seiner Buchstaben sehen nur so aus wie die, die Sie kennen. Richten Sie sich nach dem Hostnamen, nicht nach dem Namen.',
    },
    programReceives: {
      lead: 'Ein Programm auf diesem Computer erhält die Antwort.',
      text: 'Fahren Sie nur fort, wenn Sie diesen Vorgang gerade selbst in einem Programm gestartet haben, dem Sie vertrauen.',
    },
    appReceives: {
      lead: 'Eine App auf diesem Gerät erhält die Antwort.',
      text: 'Fahren Sie nur fort, wenn Sie diesen Vorgang gerade selbst in einer App gestartet haben, der Sie vertrauen.',
    },
    impersonable: (host) => ({
      lead: 'Jedes Programm auf diesem Computer kann sich als diese Anwendung ausgeben.',
      text: html`Das Dokument auf ${host} verhindert das nicht.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'Die Antwort geht an eine andere Website.',
      text: html`Beschrieben wird die Anwendung von ${documentHost}, die Antwort aber erhält ${receiver}.`,
    }),
  },
  connections: {
    title: 'Ihre Verbindungen',
    signIn:
      'Sehen Sie, welche Anwendungen hier für Sie handeln dürfen, und beenden Sie, was Sie nicht mehr wünschen. Melden Sie sich mit dem Konto an, mit dem Sie sie verbunden haben.',
    signedInAs: (account) => html`Angemeldet als ${account}`,
    some: 'Diese Anwendungen dürfen hier für Sie handeln.',
    none: 'Keine Anwendung darf hier für Sie handeln.',
    unknownClient: 'Eine Anwendung, die hier nicht mehr bekannt ist',
    server: 'Auf diesem Server',
    connectedThrough: 'Verbunden über',
    permissions: 'Sie darf',
    since: 'Seit',
    timesConnected: 'So oft verbunden',
    lastUsed: 'Zuletzt benutzt',
    end: 'Diese Verbindung beenden',
    endAll: 'Alle Verbindungen beenden',
    logOut: 'Von dieser Seite abmelden',
    application: 'Anwendung',
    remembered: 'Ohne Nachfrage verbunden',
    rememberedText:
      'Diese Anwendungen verbinden sich in dem Browser, in dem Sie das gewählt haben, ohne Sie erneut zu fragen, bis sich an ihrer Anfrage etwas ändert.',
    rememberedUntil: 'Bis',
    forget: 'Wieder nachfragen',
    afterwards: (minutes) =>
      `Eine Anwendung, deren Verbindung Sie beenden, erhält keinen weiteren Zugang. Was ihr zuvor gegeben wurde, kann noch bis zu ${minutes} lang gelten.`,
  },
  scopes: {
    email: 'Ihre E-Mail-Adresse sehen',
    profile: 'Ihren Namen sehen',
    offline_access: 'Verbunden bleiben, auch wenn Sie sie gerade nicht verwenden',
  },
  actions: {
    tryAgain: 'Erneut versuchen',
    useAnotherAccount: 'Anderes Konto verwenden',
    returnToApplication: 'Zurück zur Anwendung',
  },
  errors: {
    clientUnknown: {
      title: 'Diese Anwendung ist hier nicht bekannt',
      text: 'Sie hat sich nie bei diesem Server registriert oder wurde lange nicht verwendet. Entfernen Sie die Verbindung in Ihrer Anwendung und fügen Sie sie neu hinzu, damit sie sich neu registriert.',
    },
    clientBlocked: {
      title: 'Diese Anwendung ist hier gesperrt',
      text: 'Der Betreiber dieses Servers lässt diese Anwendung nicht zu. Wenden Sie sich an ihn oder verwenden Sie eine andere Anwendung.',
    },
    clientUnreachable: {
      title: 'Über diese Anwendung ist gerade nichts zu erfahren',
      text: 'Die Website, die sie beschreibt, antwortet nicht. Daher kann dieser Server nicht wissen, wen Sie einlassen würden. Der Fehler liegt bei jener Website oder auf dem Weg dorthin und geht meist von selbst vorüber.',
    },
    clientMetadataInvalid: {
      title: 'Die Beschreibung dieser Anwendung ist nicht in Ordnung',
      text: 'Die Anwendung nennt eine Webadresse, die sie beschreiben soll, und was dort steht, wurde nicht angenommen. Ihr Hersteller muss das berichtigen; der Betreiber dieses Servers findet den Grund im Protokoll.',
    },
    formFromElsewhere: {
      title: 'Dieses Formular wurde nicht von hier gesendet',
      text: 'Ihre Antwort kam nicht von der Seite dieses Servers und wurde deshalb nicht verwendet. Beginnen Sie in Ihrer Anwendung von vorn.',
    },
    cookieMissing: {
      title: 'Ihr Browser hat unser Cookie nicht gesendet',
      text: 'Diese Seite braucht ein Cookie dieses Servers, um zu erkennen, dass die Antwort von Ihnen stammt. Erlauben Sie Cookies für diese Website und beginnen Sie in Ihrer Anwendung von vorn. Safari speichert keine für http://localhost: Verwenden Sie dort einen anderen Browser.',
    },
    formExpired: {
      title: 'Diese Seite ist abgelaufen',
      text: 'Sie war zu lange geöffnet oder wurde in einem anderen Browser geöffnet. Beginnen Sie in Ihrer Anwendung von vorn.',
    },
    formUsed: {
      title: 'Sie haben bereits geantwortet',
      text: 'Diese Seite wurde schon für eine Anmeldung verwendet. Wenn Ihre Anwendung nicht verbunden ist, beginnen Sie dort von vorn.',
    },
    loginUnknown: {
      title: 'Diese Anmeldung wurde nicht hier begonnen',
      text: 'Die Antwort des Anmeldedienstes gehört zu keiner Anmeldung, die dieser Server kennt. Beginnen Sie in Ihrer Anwendung von vorn.',
    },
    loginOfOtherBrowser: {
      title: 'Diese Anmeldung gehört zu einem anderen Browser',
      text: 'Eine Anmeldung endet nur in dem Browser, in dem ihr zugestimmt wurde, innerhalb weniger Minuten und nur mit Cookies. Hat Ihnen jemand einen Link zu dieser Seite geschickt, dann schließen Sie sie. Beginnen Sie andernfalls in Ihrer Anwendung von vorn.',
    },
    loginExpired: {
      title: 'Diese Anmeldung ist abgelaufen',
      text: 'Sie hat zu lange gedauert. Beginnen Sie in Ihrer Anwendung von vorn.',
    },
    loginUsed: {
      title: 'Diese Anmeldung wurde bereits verwendet',
      text: 'Jede Anmeldung gilt nur einmal. Wenn Ihre Anwendung nicht verbunden ist, beginnen Sie dort von vorn.',
    },
    consentNotRemembered: {
      title: 'Bitte bestätigen Sie diese Verbindung',
      text: 'Dieser Browser hat sich die Zustimmung eines anderen Kontos gemerkt oder eine, die zurückgenommen wurde; deshalb wurde nichts verbunden. Beginnen Sie in Ihrer Anwendung von vorn: Dann werden Sie gefragt.',
    },
    loginFailed: (provider) => ({
      title: 'Die Anmeldung ist gerade nicht gelungen',
      text: `${provider} oder dieser Server hat nicht rechtzeitig geantwortet. Ihre Zustimmung gilt noch einige Minuten.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `Die Anmeldung mit ${provider} ist nicht eingerichtet`,
      text: `Dieser Server hat für ${provider} noch keine gültige Client-ID mit Client-Secret. Falls Sie ihn betreiben: „cdk deploy“ hat den Befehl ausgegeben, der beides speichert, und das Protokoll dieser Anfrage zeigt ihn noch einmal.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `Der Antwort von ${provider} ist nicht zu trauen`,
      text: 'Sie hat die Prüfungen dieses Servers nicht bestanden, deshalb wurden Sie nicht angemeldet. Beginnen Sie in Ihrer Anwendung von vorn; geschieht das wieder, wenden Sie sich an den Betreiber dieses Servers.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Dieses Konto hat hier keinen Zugang',
      text: `Sie sind bei ${provider} ${account === undefined ? 'mit einem Konto ohne E-Mail-Adresse' : `als ${account}`} angemeldet. Bitten Sie den Betreiber dieses Servers um Zugang oder verwenden Sie ein anderes Konto.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Dieses Konto hat hier keinen Zugang',
      text: `Sie sind bei ${provider} als ${account} angemeldet. Der Anmeldedienst hat diese E-Mail-Adresse nicht bestätigt, deshalb zählt sie nicht.`,
    }),
    busy: {
      title: 'Das hat gerade nicht geklappt',
      text: 'Der Dienst ist überlastet oder ein Teil davon ist ausgefallen. Versuchen Sie es gleich noch einmal.',
    },
    failed: {
      title: 'Das hat gerade nicht geklappt',
      text: 'Bei uns ist etwas fehlgeschlagen. An Ihrer Anfrage lag es nicht.',
    },
    goBack: 'Gehen Sie zurück und versuchen Sie es noch einmal.',
    requestRefused: {
      title: 'Diese Anfrage kann nicht abgeschlossen werden',
      text: (reason) =>
        html`Wenn Sie diese Anfrage nicht selbst zusammengestellt haben, beginnen Sie in der Anwendung, die Sie verbinden möchten, von vorn. Der Grund im Wortlaut: ${reason}`,
    },
  },
  welcome: {
    title: 'Verbinden Sie Ihren Assistenten',
    whatThisIs:
      'Diese Adresse gehört zu einem Server mit Werkzeugen für KI-Assistenten und Editoren. Eine Seite zum Arbeiten gibt es hier nicht: Sie geben die Adresse einem Programm, das die Werkzeuge dann für Sie verwendet.',
    address: 'Die Adresse',
    addresses: 'Die Adressen',
    copyExactly: 'Kopieren Sie genau, was hier steht, ohne Schrägstrich am Ende.',
    whereToPaste: 'Wo Sie sie einfügen',
    pasteAt: (menu) => html`Fügen Sie die Adresse unter ${menu} ein.`,
    orPasteAt: (menu) => html`Oder fügen Sie die Adresse unter ${menu} ein.`,
    developerMode: (menu) => html`Schalten Sie zuvor unter ${menu} den Entwicklermodus ein.`,
    addTo: (program, server) =>
      server === undefined ? `Zu ${program} hinzufügen` : `${server} zu ${program} hinzufügen`,
    runsOnThisComputer:
      'Dieser Server läuft auf Ihrem eigenen Computer. Assistenten, die in der Cloud ihrer Hersteller laufen, erreichen ihn nicht.',
    commandLine: 'Auf der Kommandozeile',
    anotherProgram: 'Ein anderes Programm',
    anyOther: (address) =>
      html`Wo immer es nach einem entfernten MCP-Server (Streamable HTTP) fragt, fügen Sie ${address} ein. Client-ID und Client-Secret bleiben leer.`,
    yourAddress: 'die Adresse von oben',
    whatHappensNext: 'Was dann geschieht',
    reviewAndSignIn:
      'Das Programm öffnet Ihren Browser. Sie sehen seinen Namen, wohin die Antwort geht und was es darf; Sie entscheiden und melden sich an. Ihr Passwort erfährt es nie.',
    connections: 'Ansehen, was verbunden ist, und es beenden',
  },
  quoteRequestId: (requestId) => html`Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: ${requestId}`,
};
