import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const fr: Messages = {
  language: 'fr',
  consent: {
    title: (client) => `Connecter ${client} ?`,
    heading: (client) => html`${client} souhaite se connecter`,
    server: 'Serveur',
    sendsResponseTo: 'Envoie la réponse à',
    appForScheme: (scheme) => html`l’application qui ouvre les liens ${scheme}`,
    permissions: 'Si votre compte le permet, l’application pourra :',
    continueWith: (provider) => `Continuer avec ${provider}`,
    deny: 'Refuser',
    chooseAccountNext: 'Vous choisirez votre compte à l’étape suivante. Aucune donnée n’est partagée avant.',
    remember: 'Ne plus me demander dans ce navigateur pendant 90 jours, sauf si cette demande change',
  },
  client: {
    unnamed: 'Application sans nom',
    nameUnverified: 'L’application a choisi ce nom elle-même. Ce nom n’a pas été vérifié.',
    nameFromWebsite: (host) => html`Ce nom est fourni par ${host} et n’a pas été vérifié.`,
    applicationWebsite: 'Site web de l’application',
    mixedAlphabets: {
      lead: 'Ce nom mélange plusieurs alphabets.',
      text: 'Certaines lettres ressemblent seulement à des lettres familières. Vérifiez où la réponse est envoyée, et non le nom.',
    },
    programReceives: {
      lead: 'Un programme de cet ordinateur recevra la réponse.',
      text: 'Continuez uniquement si vous venez de lancer cette opération depuis un programme auquel vous faites confiance.',
    },
    appReceives: {
      lead: 'Une application de cet appareil recevra la réponse.',
      text: 'Continuez uniquement si vous venez de lancer cette opération depuis une application à laquelle vous faites confiance.',
    },
    impersonable: (host) => ({
      lead: 'N’importe quel programme de cet ordinateur peut se faire passer pour cette application.',
      text: html`${host} ne peut pas l’empêcher.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'La réponse est envoyée à un autre site web.',
      text: html`Le site web de l’application est ${documentHost}, mais c’est ${receiver} qui recevra la réponse.`,
    }),
  },
  connections: {
    title: 'Vos applications connectées',
    signIn:
      'Connectez-vous pour voir quelles applications peuvent agir ici en votre nom, et pour les déconnecter. Utilisez le compte avec lequel vous les avez connectées.',
    signedInAs: (account) => html`Compte utilisé : ${account}`,
    some: 'Ces applications peuvent agir ici en votre nom.',
    none: 'Vous n’avez aucune application connectée.',
    unknownClient: 'Application inconnue',
    server: 'Serveur',
    connectedThrough: 'Connectée via',
    permissions: 'Autorisations',
    since: 'Connectée depuis le',
    timesConnected: 'Nombre de connexions',
    lastUsed: 'Dernière utilisation',
    end: 'Déconnecter',
    endAll: 'Tout déconnecter',
    logOut: 'Se déconnecter',
    application: 'Application',
    remembered: 'Applications qui ne redemandent pas votre accord',
    rememberedText:
      'Dans le navigateur où vous l’avez choisi, ces applications se connectent sans redemander votre accord, sauf si leur demande change.',
    rememberedUntil: 'Jusqu’au',
    forget: 'Me redemander',
    afterwards: 'Une application que vous déconnectez perd son accès dans la minute qui suit.',
  },
  scopes: {
    email: 'Voir votre adresse e-mail',
    profile: 'Voir votre nom',
    offline_access: 'Rester connectée lorsque vous ne l’utilisez pas',
  },
  actions: {
    tryAgain: 'Réessayer',
    useAnotherAccount: 'Utiliser un autre compte',
    returnToApplication: 'Revenir à l’application',
  },
  errors: {
    clientUnknown: {
      title: 'Application inconnue',
      text: 'L’application ne s’est jamais enregistrée auprès de ce serveur, ou son enregistrement a expiré. Supprimez la connexion dans votre application, puis ajoutez-la de nouveau.',
    },
    clientBlocked: {
      title: 'Cette application est bloquée',
      text: 'L’administrateur de ce serveur n’autorise pas cette application. Contactez l’administrateur, ou utilisez une autre application.',
    },
    clientUnreachable: {
      title: 'Impossible de vérifier cette application pour le moment',
      text: 'Le site web de l’application ne répond pas. Ce serveur ne peut donc pas vérifier quelle application vous connecteriez. Le problème est généralement temporaire.',
    },
    clientMetadataInvalid: {
      title: 'Les métadonnées de cette application ne sont pas valides',
      text: 'Le développeur doit corriger les métadonnées sur le site web de l’application. L’administrateur de ce serveur trouvera la raison dans le journal.',
    },
    formFromElsewhere: {
      title: 'Ce formulaire n’a pas été envoyé depuis ce serveur',
      text: 'Pour votre sécurité, votre réponse n’a pas été prise en compte. Recommencez depuis votre application.',
    },
    cookieMissing: {
      title: 'Votre navigateur n’a pas envoyé un cookie requis',
      text: 'Cette page a besoin d’un cookie pour confirmer que cette réponse vient de vous. Autorisez les cookies pour ce site et recommencez depuis votre application. Safari n’enregistre pas les cookies de http://localhost. Utilisez-y un autre navigateur.',
    },
    formExpired: {
      title: 'Cette page a expiré',
      text: 'Elle est restée ouverte trop longtemps, ou elle a été ouverte dans un autre navigateur. Recommencez depuis votre application.',
    },
    formUsed: {
      title: 'Vous avez déjà répondu',
      text: 'Cette page n’accepte qu’une réponse. Si votre application n’est pas connectée, recommencez depuis celle-ci.',
    },
    loginUnknown: {
      title: 'Cette connexion n’a pas commencé ici',
      text: 'La réponse du fournisseur d’identité ne correspond à aucune connexion sur ce serveur. Recommencez depuis votre application.',
    },
    loginOfOtherBrowser: {
      title: 'Cette connexion appartient à un autre navigateur',
      text: 'Terminez la connexion en quelques minutes, dans le navigateur où vous l’avez commencée, en autorisant les cookies. Si quelqu’un vous a envoyé un lien vers cette page, fermez-la. Sinon, recommencez depuis votre application.',
    },
    loginExpired: {
      title: 'Cette connexion a expiré',
      text: 'Elle a pris trop de temps. Recommencez depuis votre application.',
    },
    loginUsed: {
      title: 'Cette connexion a déjà été utilisée',
      text: 'Chaque connexion ne fonctionne qu’une seule fois. Si votre application n’est pas connectée, recommencez depuis celle-ci.',
    },
    consentNotRemembered: {
      title: 'Veuillez confirmer cette connexion',
      text: 'Ce navigateur a mémorisé l’accord d’un autre compte, ou un accord qui a été retiré. Rien n’a été connecté. Recommencez depuis votre application. Votre confirmation vous sera alors demandée.',
    },
    loginFailed: (provider) => ({
      title: 'Impossible de vous connecter pour le moment',
      text: `${provider} ou ce serveur n’a pas répondu à temps. Votre accord reste valable quelques minutes.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `La connexion avec ${provider} n’est pas configurée`,
      text: `Ce serveur n’a pas d’ID client ni de code secret client valides pour ${provider}. Si vous gérez ce serveur, utilisez la commande affichée par « cdk deploy ». Le journal de cette requête l’affiche de nouveau.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `La réponse de ${provider} n’a pas pu être vérifiée`,
      text: 'La connexion n’a pas eu lieu. Recommencez depuis votre application. Si le problème persiste, contactez l’administrateur de ce serveur.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Ce compte n’a pas accès à ce serveur',
      text: `Votre session ${provider} utilise ${account === undefined ? 'un compte sans adresse e-mail' : `le compte ${account}`}. Demandez l’accès à l’administrateur de ce serveur, ou utilisez un autre compte.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Ce compte n’a pas accès à ce serveur',
      text: `Votre session ${provider} utilise le compte ${account}. Ce serveur accepte uniquement les adresses e-mail vérifiées, et ${provider} n’a pas vérifié celle-ci.`,
    }),
    busy: {
      title: 'Ce service est temporairement indisponible',
      text: 'Le service est surchargé, ou une partie du service est en panne. Réessayez dans quelques instants.',
    },
    failed: {
      title: 'Un problème est survenu',
      text: 'Une erreur s’est produite sur ce serveur. Votre demande n’en est pas la cause.',
    },
    goBack: 'Revenez en arrière et réessayez.',
    requestRefused: {
      title: 'Cette demande ne peut pas aboutir',
      text: (reason) =>
        html`Si vous n’avez pas écrit cette demande vous-même, recommencez depuis l’application que vous souhaitez connecter. Message d’erreur : ${reason}`,
    },
  },
  welcome: {
    title: 'Connectez votre assistant',
    whatThisIs:
      'Ceci est un serveur MCP : il fournit des outils aux assistants IA et aux éditeurs. Il n’y a rien à faire sur cette page. Collez l’adresse dans votre assistant.',
    address: 'Adresse',
    addresses: 'Adresses',
    copyExactly: 'Copiez l’adresse exactement comme elle est affichée, sans barre oblique à la fin.',
    whereToPaste: 'Où coller l’adresse',
    pasteAt: (menu) => html`Collez l’adresse dans ${menu}.`,
    orPasteAt: (menu) => html`Ou collez l’adresse dans ${menu}.`,
    developerMode: (menu) => html`Activez d’abord le mode développeur dans ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Ajouter à ${program}` : `Ajouter ${server} à ${program}`),
    runsOnThisComputer:
      'Ce serveur s’exécute sur votre ordinateur. Les assistants qui s’exécutent dans le cloud ne peuvent pas y accéder.',
    commandLine: 'Ligne de commande',
    anotherProgram: 'Autres applications',
    anyOther: (address) =>
      html`Lorsque l’application demande un serveur MCP distant (Streamable HTTP), collez ${address}. Laissez vides l’ID client et le code secret client.`,
    yourAddress: 'l’adresse ci-dessus',
    whatHappensNext: 'Étapes suivantes',
    reviewAndSignIn:
      'L’application ouvre votre navigateur. Vous voyez son nom, où la réponse est envoyée et ce qu’elle pourra faire. Vous décidez, puis vous vous connectez. L’application ne voit jamais votre mot de passe.',
    connections: 'Gérer vos applications connectées',
  },
  quoteRequestId: (requestId) => html`Si vous demandez de l’aide, indiquez cet ID de demande : ${requestId}`,
};
