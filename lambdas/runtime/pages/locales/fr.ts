import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const fr: Messages = {
  language: 'fr',
  consent: {
    title: (client) => `Connecter ${client} ?`,
    heading: (client) => html`${client} souhaite se connecter`,
    server: 'À ce serveur',
    sendsResponseTo: 'La réponse est envoyée à',
    appForScheme: (scheme) => html`l’application qui ouvre les liens ${scheme}`,
    permissions: 'Si votre compte le permet, l’application pourra :',
    continueWith: (provider) => `Continuer avec ${provider}`,
    deny: 'Refuser',
    chooseAccountNext: 'Vous choisirez votre compte à l’étape suivante. Rien n’est transmis avant.',
    remember: 'Ne plus me demander dans ce navigateur pendant 90 jours, tant que rien ne change dans cette demande',
  },
  client: {
    unnamed: 'Une application sans nom',
    nameUnverified: 'L’application a choisi ce nom elle-même. Personne ne l’a vérifié.',
    nameFromWebsite: (host) =>
      html`Ce nom provient d’un document publié sur ${host}. C’est le responsable de ce site qui l’affirme, et personne d’autre ne l’a vérifié.`,
    describedBy: 'Décrite par',
    mixedAlphabets: {
      lead: 'Ce nom mélange plusieurs alphabets.',
      text: 'Certaines de ses lettres ressemblent seulement à celles que vous connaissez. Fiez-vous au nom d’hôte, pas à ce nom.',
    },
    programReceives: {
      lead: 'Un programme de cet ordinateur recevra la réponse.',
      text: 'Ne continuez que si vous venez de lancer cette opération depuis un programme auquel vous faites confiance.',
    },
    appReceives: {
      lead: 'Une application de cet appareil recevra la réponse.',
      text: 'Ne continuez que si vous venez de lancer cette opération depuis une application à laquelle vous faites confiance.',
    },
    impersonable: (host) => ({
      lead: 'N’importe quel programme de cet ordinateur peut se faire passer pour cette application.',
      text: html`Le document publié sur ${host} ne l’empêche pas.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'La réponse est envoyée à un autre site web.',
      text: html`L’application est décrite par ${documentHost}, mais c’est ${receiver} qui recevra la réponse.`,
    }),
  },
  connections: {
    title: 'Vos connexions',
    signIn:
      'Voyez quelles applications peuvent agir ici en votre nom et mettez fin à ce que vous ne souhaitez plus. Identifiez-vous avec le compte qui a servi à les connecter.',
    signedInAs: (account) => html`Identification avec le compte ${account}`,
    some: 'Ces applications peuvent agir ici en votre nom.',
    none: 'Aucune application ne peut agir ici en votre nom.',
    unknownClient: 'Une application qui n’est plus connue ici',
    server: 'Sur ce serveur',
    connectedThrough: 'Connectée par',
    permissions: 'Elle peut',
    since: 'Depuis le',
    timesConnected: 'Nombre de connexions',
    lastUsed: 'Dernière utilisation',
    end: 'Mettre fin à cette connexion',
    endAll: 'Mettre fin à toutes les connexions',
    logOut: 'Quitter cette page',
    application: 'Nom de l’application',
    remembered: 'Connectées sans confirmation',
    rememberedText:
      'Ces applications se connectent sans vous le redemander dans le navigateur où vous l’avez choisi, jusqu’à ce que leur demande change.',
    rememberedUntil: 'Jusqu’au',
    forget: 'Me redemander',
    afterwards: (minutes) =>
      `Une application dont vous terminez la connexion n’obtient plus aucun accès. Ce qui lui a été accordé auparavant peut rester valable ${minutes} au plus.`,
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
      title: 'Cette application n’est pas connue ici',
      text: 'Elle ne s’est jamais enregistrée auprès de ce serveur, ou n’a pas été utilisée depuis longtemps. Supprimez la connexion dans votre application et ajoutez-la de nouveau, afin qu’elle s’enregistre à nouveau.',
    },
    clientBlocked: {
      title: 'Cette application est bloquée ici',
      text: 'Le responsable de ce serveur n’autorise pas cette application. Adressez-vous à lui, ou utilisez une autre application.',
    },
    clientUnreachable: {
      title: 'Impossible d’identifier cette application pour le moment',
      text: 'Le site web qui la décrit ne répond pas : ce serveur ne peut donc pas savoir qui vous laisseriez entrer. Le problème vient de ce site ou du chemin qui y mène, et passe en général tout seul.',
    },
    clientMetadataInvalid: {
      title: 'La description de cette application n’est pas valable',
      text: 'L’application indique une adresse web censée la décrire, et ce qui s’y trouve n’a pas été accepté. C’est à son éditeur de la corriger ; le responsable de ce serveur en trouvera la raison dans le journal.',
    },
    formFromElsewhere: {
      title: 'Ce formulaire n’a pas été envoyé d’ici',
      text: 'Votre réponse ne provenait pas de la page de ce serveur et n’a donc pas été prise en compte. Recommencez depuis votre application.',
    },
    cookieMissing: {
      title: 'Votre navigateur n’a pas envoyé notre cookie',
      text: 'Cette page a besoin d’un cookie de ce serveur pour savoir que la réponse vient bien de vous. Autorisez les cookies pour ce site et recommencez depuis votre application. Safari n’en conserve aucun pour http://localhost : utilisez-y un autre navigateur.',
    },
    formExpired: {
      title: 'Cette page a expiré',
      text: 'Elle est restée ouverte trop longtemps, ou a été ouverte dans un autre navigateur. Recommencez depuis votre application.',
    },
    formUsed: {
      title: 'Vous avez déjà répondu',
      text: 'Cette page a déjà servi à une connexion. Si votre application n’est pas connectée, recommencez depuis celle-ci.',
    },
    loginUnknown: {
      title: 'Cette connexion n’a pas commencé ici',
      text: 'La réponse du fournisseur d’identité ne correspond à aucune connexion connue de ce serveur. Recommencez depuis votre application.',
    },
    loginOfOtherBrowser: {
      title: 'Cette connexion appartient à un autre navigateur',
      text: 'Une connexion ne se termine que dans le navigateur où elle a été approuvée, en quelques minutes et avec les cookies activés. Si quelqu’un vous a envoyé un lien vers cette page, fermez-la. Sinon, recommencez depuis votre application.',
    },
    loginExpired: {
      title: 'Cette connexion a expiré',
      text: 'Elle a pris trop de temps. Recommencez depuis votre application.',
    },
    loginUsed: {
      title: 'Cette connexion a déjà été utilisée',
      text: 'Chaque connexion ne sert qu’une fois. Si votre application n’est pas connectée, recommencez depuis celle-ci.',
    },
    consentNotRemembered: {
      title: 'Veuillez confirmer cette connexion',
      text: 'Ce navigateur a retenu l’accord d’un autre compte, ou un accord qui a été retiré ; rien n’a donc été connecté. Recommencez dans votre application : la question vous sera posée.',
    },
    loginFailed: (provider) => ({
      title: 'La connexion n’a pas abouti',
      text: `${provider} ou ce serveur n’a pas répondu à temps. Votre accord reste valable quelques minutes.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `La connexion avec ${provider} n’est pas configurée`,
      text: `Ce serveur n’a pas encore d’identifiant client ni de secret valables pour ${provider}. Si vous en êtes responsable : « cdk deploy » a affiché la commande qui les enregistre, et le journal de cette requête l’affiche de nouveau.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `La réponse de ${provider} n’est pas fiable`,
      text: 'Elle n’a pas passé les contrôles de ce serveur : la connexion n’a donc pas eu lieu. Recommencez depuis votre application ; si cela se reproduit, prévenez le responsable de ce serveur.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Ce compte n’a pas accès à ce serveur',
      text: `Votre session chez ${provider} utilise ${account === undefined ? 'un compte sans adresse e-mail' : `le compte ${account}`}. Demandez l’accès au responsable de ce serveur, ou utilisez un autre compte.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Ce compte n’a pas accès à ce serveur',
      text: `Votre session chez ${provider} utilise le compte ${account}. Le fournisseur n’a pas vérifié cette adresse e-mail : elle ne compte donc pas.`,
    }),
    busy: {
      title: 'Cela n’a pas fonctionné pour le moment',
      text: 'Le service est surchargé ou l’une de ses parties est en panne. Réessayez dans un instant.',
    },
    failed: {
      title: 'Cela n’a pas fonctionné pour le moment',
      text: 'Une erreur s’est produite de notre côté. Votre demande n’est pas en cause.',
    },
    goBack: 'Revenez en arrière et réessayez.',
    requestRefused: {
      title: 'Cette demande ne peut pas aboutir',
      text: (reason) =>
        html`Si vous n’avez pas construit cette demande vous-même, recommencez depuis l’application que vous voulez connecter. La raison exacte : ${reason}`,
    },
  },
  welcome: {
    title: 'Connectez votre assistant',
    whatThisIs:
      'Cette adresse est celle d’un serveur d’outils pour assistants IA et éditeurs. On n’y travaille pas directement : vous donnez son adresse à un programme, qui utilise alors les outils pour vous.',
    address: 'L’adresse',
    addresses: 'Les adresses',
    copyExactly: 'Copiez-la exactement comme elle figure ici, sans barre oblique à la fin.',
    whereToPaste: 'Où coller l’adresse',
    pasteAt: (menu) => html`Collez l’adresse sous ${menu}.`,
    orPasteAt: (menu) => html`Ou collez l’adresse sous ${menu}.`,
    developerMode: (menu) => html`Activez d’abord le mode développeur sous ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Ajouter à ${program}` : `Ajouter ${server} à ${program}`),
    runsOnThisComputer:
      'Ce serveur fonctionne sur votre propre ordinateur. Les assistants qui fonctionnent dans le cloud de leur éditeur ne peuvent pas l’atteindre.',
    commandLine: 'En ligne de commande',
    anotherProgram: 'Un autre programme',
    anyOther: (address) =>
      html`Là où il demande un serveur MCP distant (Streamable HTTP), collez ${address}. Laissez vides l’identifiant client et le secret client.`,
    yourAddress: 'l’adresse ci-dessus',
    whatHappensNext: 'Ce qui se passe ensuite',
    reviewAndSignIn:
      'Le programme ouvre votre navigateur. Vous voyez son nom, où va la réponse et ce qu’il pourra faire ; vous décidez, puis vous vous connectez. Il n’apprend jamais votre mot de passe.',
    connections: 'Voir ce qui est connecté, et y mettre fin',
  },
  quoteRequestId: (requestId) => html`Si vous demandez de l’aide, indiquez ce numéro : ${requestId}`,
};
