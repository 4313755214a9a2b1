import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const de: Messages = {
  language: 'de',
  consent: {
    title: (client) => `${client} verbinden?`,
    heading: (client) => html`${client} möchte eine Verbindung herstellen`,
    server: 'Server',
    sendsResponseTo: 'Sendet die Antwort an',
    appForScheme: (scheme) => html`die App, die Links mit ${scheme} öffnet`,
    permissions: 'Wenn Ihr Konto es zulässt, kann die Anwendung:',
    continueWith: (provider) => `Weiter mit ${provider}`,
    deny: 'Ablehnen',
    chooseAccountNext: 'Im nächsten Schritt wählen Sie Ihr Konto aus. Vorher werden keine Daten weitergegeben.',
    remember: 'In diesem Browser 90 Tage lang nicht mehr fragen, sofern sich diese Anfrage nicht ändert',
  },
  client: {
    unnamed: 'Unbenannte Anwendung',
    nameUnverified: 'Die Anwendung hat diesen Namen selbst gewählt. Der Name wurde nicht überprüft.',
    nameFromWebsite: (host) => html`Dieser Name stammt von ${host} und wurde nicht überprüft.`,
    applicationWebsite: 'Website der Anwendung',
    mixedAlphabets: {
      lead: 'Dieser Name mischt verschiedene Alphabete.',
      text: 'Einige Buchstaben sehen bekannten nur ähnlich. Prüfen Sie nicht den Namen, sondern wohin die Antwort gesendet wird.',
    },
    programReceives: {
      lead: 'Ein Programm auf diesem Computer erhält die Antwort.',
      text: 'Fahren Sie nur fort, wenn Sie diesen Vorgang gerade in einem Programm gestartet haben, dem Sie vertrauen.',
    },
    appReceives: {
      lead: 'Eine App auf diesem Gerät erhält die Antwort.',
      text: 'Fahren Sie nur fort, wenn Sie diesen Vorgang gerade in einer App gestartet haben, der Sie vertrauen.',
    },
    impersonable: (host) => ({
      lead: 'Jedes Programm auf diesem Computer kann sich als diese Anwendung ausgeben.',
      text: html`${host} kann das nicht verhindern.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'Die Antwort geht an eine andere Website.',
      text: html`Die Website der Anwendung ist ${documentHost}, die Antwort erhält jedoch ${receiver}.`,
    }),
  },
  connections: {
    title: 'Ihre Verbindungen',
    signIn:
      'Melden Sie sich an, um zu sehen, welche Anwendungen hier in Ihrem Namen handeln können, und um sie zu trennen. Verwenden Sie das Konto, mit dem Sie die Anwendungen verbunden haben.',
    signedInAs: (account) => html`Angemeldet als ${account}`,
    some: 'Diese Anwendungen können hier in Ihrem Namen handeln.',
    none: 'Sie haben keine verbundenen Anwendungen.',
    unknownClient: 'Unbekannte Anwendung',
    server: 'Server',
    connectedThrough: 'Verbunden über',
    permissions: 'Berechtigungen',
    since: 'Verbunden seit',
    timesConnected: 'Anzahl der Verbindungen',
    lastUsed: 'Zuletzt verwendet',
    end: 'Trennen',
    endAll: 'Alle trennen',
    logOut: 'Abmelden',
    application: 'Anwendung',
    remembered: 'Anwendungen, die nicht mehr fragen',
    rememberedText:
      'In dem Browser, in dem Sie das gewählt haben, verbinden sich diese Anwendungen, ohne erneut zu fragen, sofern sich ihre Anfrage nicht ändert.',
    rememberedUntil: 'Bis',
    forget: 'Wieder fragen',
    afterwards: 'Eine Anwendung, die Sie trennen, verliert ihren Zugriff innerhalb einer Minute.',
  },
  scopes: {
    email: 'Ihre E-Mail-Adresse sehen',
    profile: 'Ihren Namen sehen',
    offline_access: 'Verbunden bleiben, wenn Sie die Anwendung nicht verwenden',
  },
  actions: {
    tryAgain: 'Erneut versuchen',
    useAnotherAccount: 'Anderes Konto verwenden',
    returnToApplication: 'Zurück zur Anwendung',
  },
  errors: {
    clientUnknown: {
      title: 'Unbekannte Anwendung',
      text: 'Die Anwendung wurde nie bei diesem Server registriert, oder ihre Registrierung ist abgelaufen. Entfernen Sie die Verbindung in Ihrer Anwendung und fügen Sie sie erneut hinzu.',
    },
    clientBlocked: {
      title: 'Diese Anwendung ist gesperrt',
      text: 'Der Administrator dieses Servers lässt diese Anwendung nicht zu. Wenden Sie sich an den Administrator oder verwenden Sie eine andere Anwendung.',
    },
    clientUnreachable: {
      title: 'Diese Anwendung kann derzeit nicht überprüft werden',
      text: 'Die Website der Anwendung antwortet nicht. Daher kann dieser Server nicht prüfen, welche Anwendung Sie verbinden würden. Das Problem ist meist vorübergehend.',
    },
    clientMetadataInvalid: {
      title: 'Die Metadaten dieser Anwendung sind ungültig',
      text: 'Der Entwickler muss die Metadaten auf der Website der Anwendung korrigieren. Der Administrator dieses Servers findet den Grund im Protokoll.',
    },
    formFromElsewhere: {
      title: 'Dieses Formular wurde nicht von diesem Server gesendet',
      text: 'Zu Ihrer Sicherheit wurde Ihre Antwort nicht verwendet. Starten Sie den Vorgang in Ihrer Anwendung erneut.',
    },
    cookieMissing: {
      title: 'Ihr Browser hat ein erforderliches Cookie nicht gesendet',
      text: 'Diese Seite benötigt ein Cookie, um zu bestätigen, dass diese Antwort von Ihnen stammt. Lassen Sie Cookies für diese Website zu und starten Sie den Vorgang in Ihrer Anwendung erneut. Safari speichert keine Cookies für http://localhost. Verwenden Sie dort einen anderen Browser.',
    },
    formExpired: {
      title: 'Diese Seite ist abgelaufen',
      text: 'Sie war zu lange geöffnet oder wurde in einem anderen Browser geöffnet. Starten Sie den Vorgang in Ihrer Anwendung erneut.',
    },
    formUsed: {
      title: 'Sie haben bereits geantwortet',
      text: 'Diese Seite nimmt nur eine Antwort an. Wenn Ihre Anwendung nicht verbunden ist, starten Sie den Vorgang dort erneut.',
    },
    loginUnknown: {
      title: 'Diese Anmeldung wurde nicht hier gestartet',
      text: 'Die Antwort des Identitätsanbieters gehört zu keiner Anmeldung auf diesem Server. Starten Sie den Vorgang in Ihrer Anwendung erneut.',
    },
    loginOfOtherBrowser: {
      title: 'Diese Anmeldung gehört zu einem anderen Browser',
      text: 'Schließen Sie die Anmeldung innerhalb weniger Minuten in dem Browser ab, in dem Sie sie gestartet haben, und lassen Sie Cookies zu. Wenn Ihnen jemand einen Link zu dieser Seite gesendet hat, schließen Sie die Seite. Starten Sie den Vorgang andernfalls in Ihrer Anwendung erneut.',
    },
    loginExpired: {
      title: 'Diese Anmeldung ist abgelaufen',
      text: 'Sie hat zu lange gedauert. Starten Sie den Vorgang in Ihrer Anwendung erneut.',
    },
    loginUsed: {
      title: 'Diese Anmeldung wurde bereits verwendet',
      text: 'Jede Anmeldung funktioniert nur einmal. Wenn Ihre Anwendung nicht verbunden ist, starten Sie den Vorgang dort erneut.',
    },
    consentNotRemembered: {
      title: 'Bitte bestätigen Sie diese Verbindung',
      text: 'In diesem Browser ist die Zustimmung eines anderen Kontos oder eine widerrufene Zustimmung gespeichert. Es wurde nichts verbunden. Starten Sie den Vorgang in Ihrer Anwendung erneut. Sie werden dann um Bestätigung gebeten.',
    },
    loginFailed: (provider) => ({
      title: 'Die Anmeldung ist derzeit nicht möglich',
      text: `${provider} oder dieser Server hat nicht rechtzeitig geantwortet. Ihre Zustimmung bleibt einige Minuten lang gültig.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `Die Anmeldung mit ${provider} ist nicht eingerichtet`,
      text: `Dieser Server hat keine gültige Client-ID und kein gültiges Client-Secret für ${provider}. Wenn Sie diesen Server betreiben, verwenden Sie den Befehl, den „cdk deploy“ ausgegeben hat. Das Protokoll dieser Anfrage zeigt ihn erneut.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `Die Antwort von ${provider} konnte nicht überprüft werden`,
      text: 'Sie wurden nicht angemeldet. Starten Sie den Vorgang in Ihrer Anwendung erneut. Wenn das Problem weiterhin besteht, wenden Sie sich an den Administrator dieses Servers.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Dieses Konto hat keinen Zugriff',
      text: `Sie sind bei ${provider} ${account === undefined ? 'mit einem Konto ohne E-Mail-Adresse' : `als ${account}`} angemeldet. Bitten Sie den Administrator dieses Servers um Zugriff oder verwenden Sie ein anderes Konto.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Dieses Konto hat keinen Zugriff',
      text: `Sie sind bei ${provider} als ${account} angemeldet. Dieser Server akzeptiert nur bestätigte E-Mail-Adressen, und ${provider} hat diese Adresse nicht bestätigt.`,
    }),
    busy: {
      title: 'Dieser Dienst ist vorübergehend nicht verfügbar',
      text: 'Der Dienst ist überlastet, oder ein Teil davon ist ausgefallen. Versuchen Sie es in Kürze erneut.',
    },
    failed: {
      title: 'Es ist ein Problem aufgetreten',
      text: 'Auf diesem Server ist ein Fehler aufgetreten. Ihre Anfrage war nicht die Ursache.',
    },
    goBack: 'Gehen Sie zurück und versuchen Sie es erneut.',
    requestRefused: {
      title: 'Diese Anfrage kann nicht abgeschlossen werden',
      text: (reason) =>
        html`Wenn Sie diese Anfrage nicht selbst geschrieben haben, starten Sie den Vorgang in der Anwendung erneut, die Sie verbinden möchten. Fehlermeldung: ${reason}`,
    },
  },
  welcome: {
    title: 'Verbinden Sie Ihren Assistenten',
    whatThisIs:
      'Dies ist ein MCP-Server: Er stellt KI-Assistenten und Editoren Tools bereit. Auf dieser Seite gibt es nichts zu tun. Fügen Sie die Adresse in Ihren Assistenten ein.',
    address: 'Adresse',
    addresses: 'Adressen',
    copyExactly: 'Kopieren Sie die Adresse genau wie angezeigt, ohne Schrägstrich am Ende.',
    whereToPaste: 'Wo Sie die Adresse einfügen',
    pasteAt: (menu) => html`Fügen Sie die Adresse unter ${menu} ein.`,
    orPasteAt: (menu) => html`Oder fügen Sie die Adresse unter ${menu} ein.`,
    developerMode: (menu) => html`Aktivieren Sie zuerst unter ${menu} den Entwicklermodus.`,
    addTo: (program, server) =>
      server === undefined ? `Zu ${program} hinzufügen` : `${server} zu ${program} hinzufügen`,
    runsOnThisComputer:
      'Dieser Server läuft auf Ihrem Computer. Assistenten, die in der Cloud laufen, können ihn nicht erreichen.',
    commandLine: 'Befehlszeile',
    anotherProgram: 'Andere Anwendungen',
    anyOther: (address) =>
      html`Wenn die Anwendung nach einem Remote-MCP-Server (Streamable HTTP) fragt, fügen Sie ${address} ein. Lassen Sie Client-ID und Client-Secret leer.`,
    yourAddress: 'die oben angezeigte Adresse',
    whatHappensNext: 'Wie es weitergeht',
    reviewAndSignIn:
      'Die Anwendung öffnet Ihren Browser. Sie sehen ihren Namen, wohin die Antwort gesendet wird und was die Anwendung tun kann. Sie entscheiden und melden sich dann an. Die Anwendung sieht Ihr Passwort nie.',
    connections: 'Verbindungen verwalten',
  },
  quoteRequestId: (requestId) => html`Wenn Sie Hilfe benötigen, geben Sie diese Anfrage-ID an: ${requestId}`,
};
