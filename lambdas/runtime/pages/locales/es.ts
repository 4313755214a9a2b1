import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const es: Messages = {
  language: 'es',
  consent: {
    title: (client) => `¿Conectar ${client}?`,
    heading: (client) => html`${client} quiere conectarse`,
    server: 'Servidor',
    sendsResponseTo: 'Envía la respuesta a',
    appForScheme: (scheme) => html`la aplicación que abre los enlaces ${scheme}`,
    permissions: 'Si tu cuenta lo permite, la aplicación podrá:',
    continueWith: (provider) => `Continuar con ${provider}`,
    deny: 'Rechazar',
    chooseAccountNext: 'Elegirás tu cuenta en el siguiente paso. Antes no se comparte nada.',
    remember: 'No volver a preguntarme en este navegador durante 90 días, a menos que cambie esta solicitud',
  },
  client: {
    unnamed: 'Aplicación sin nombre',
    nameUnverified: 'La propia aplicación ha elegido este nombre. El nombre no se ha verificado.',
    nameFromWebsite: (host) => html`Este nombre procede de ${host} y no se ha verificado.`,
    applicationWebsite: 'Sitio web de la aplicación',
    mixedAlphabets: {
      lead: 'Este nombre mezcla alfabetos.',
      text: 'Algunas letras solo se parecen a otras conocidas. Comprueba adónde se envía la respuesta, no el nombre.',
    },
    programReceives: {
      lead: 'Un programa de este ordenador recibirá la respuesta.',
      text: 'Continúa solo si acabas de iniciar esta operación desde un programa en el que confías.',
    },
    appReceives: {
      lead: 'Una aplicación de este dispositivo recibirá la respuesta.',
      text: 'Continúa solo si acabas de iniciar esta operación desde una aplicación en la que confías.',
    },
    impersonable: (host) => ({
      lead: 'Cualquier programa de este ordenador puede hacerse pasar por esta aplicación.',
      text: html`${host} no puede impedirlo.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'La respuesta se envía a otro sitio web.',
      text: html`El sitio web de la aplicación es ${documentHost}, pero ${receiver} recibirá la respuesta.`,
    }),
  },
  connections: {
    title: 'Tus conexiones',
    signIn:
      'Inicia sesión para ver qué aplicaciones pueden actuar aquí en tu nombre y para desconectarlas. Usa la cuenta con la que las conectaste.',
    signedInAs: (account) => html`Has iniciado sesión como ${account}`,
    some: 'Estas aplicaciones pueden actuar aquí en tu nombre.',
    none: 'No tienes aplicaciones conectadas.',
    unknownClient: 'Aplicación desconocida',
    server: 'Servidor',
    connectedThrough: 'Conectada a través de',
    permissions: 'Permisos',
    since: 'Conectada desde el',
    timesConnected: 'Número de conexiones',
    lastUsed: 'Último uso',
    end: 'Desconectar',
    endAll: 'Desconectar todas',
    logOut: 'Cerrar sesión',
    application: 'Aplicación',
    remembered: 'Aplicaciones que no vuelven a preguntar',
    rememberedText:
      'En el navegador donde lo elegiste, estas aplicaciones se conectan sin volver a preguntarte, a menos que cambie su solicitud.',
    rememberedUntil: 'Hasta el',
    forget: 'Volver a preguntarme',
    afterwards: 'Una aplicación que desconectas pierde su acceso en el plazo de un minuto.',
  },
  scopes: {
    email: 'Ver tu dirección de correo electrónico',
    profile: 'Ver tu nombre',
    offline_access: 'Seguir conectada cuando no la estés usando',
  },
  actions: {
    tryAgain: 'Volver a intentarlo',
    useAnotherAccount: 'Usar otra cuenta',
    returnToApplication: 'Volver a la aplicación',
  },
  errors: {
    clientUnknown: {
      title: 'Aplicación desconocida',
      text: 'La aplicación nunca se registró en este servidor o su registro ha caducado. Elimina la conexión en tu aplicación y vuelve a añadirla.',
    },
    clientBlocked: {
      title: 'Esta aplicación está bloqueada',
      text: 'El administrador de este servidor no permite esta aplicación. Ponte en contacto con el administrador o usa otra aplicación.',
    },
    clientUnreachable: {
      title: 'No se puede comprobar esta aplicación en este momento',
      text: 'El sitio web de la aplicación no responde, así que este servidor no puede comprobar qué aplicación conectarías. El problema suele ser temporal.',
    },
    clientMetadataInvalid: {
      title: 'Los metadatos de esta aplicación no son válidos',
      text: 'El desarrollador debe corregir los metadatos en el sitio web de la aplicación. El administrador de este servidor puede ver el motivo en el registro.',
    },
    formFromElsewhere: {
      title: 'Este formulario no se ha enviado desde este servidor',
      text: 'Por tu seguridad, no se ha utilizado tu respuesta. Empieza de nuevo en tu aplicación.',
    },
    cookieMissing: {
      title: 'Tu navegador no ha enviado una cookie necesaria',
      text: 'Esta página necesita una cookie para confirmar que esta respuesta es tuya. Permite las cookies de este sitio y empieza de nuevo en tu aplicación. Safari no guarda cookies para http://localhost. Usa otro navegador en ese caso.',
    },
    formExpired: {
      title: 'Esta página ha caducado',
      text: 'Ha estado abierta demasiado tiempo o se ha abierto en otro navegador. Empieza de nuevo en tu aplicación.',
    },
    formUsed: {
      title: 'Ya has respondido',
      text: 'Esta página solo admite una respuesta. Si tu aplicación no está conectada, empieza de nuevo en ella.',
    },
    loginUnknown: {
      title: 'Este inicio de sesión no ha comenzado aquí',
      text: 'La respuesta del proveedor de identidad no corresponde a ningún inicio de sesión en este servidor. Empieza de nuevo en tu aplicación.',
    },
    loginOfOtherBrowser: {
      title: 'Este inicio de sesión es de otro navegador',
      text: 'Termina de iniciar sesión en unos minutos, en el navegador en el que empezaste y con las cookies permitidas. Si alguien te ha enviado un enlace a esta página, ciérrala. De lo contrario, empieza de nuevo en tu aplicación.',
    },
    loginExpired: {
      title: 'Este inicio de sesión ha caducado',
      text: 'Ha tardado demasiado. Empieza de nuevo en tu aplicación.',
    },
    loginUsed: {
      title: 'Este inicio de sesión ya se ha usado',
      text: 'Cada inicio de sesión funciona una sola vez. Si tu aplicación no está conectada, empieza de nuevo en ella.',
    },
    consentNotRemembered: {
      title: 'Confirma esta conexión',
      text: 'Este navegador recuerda el consentimiento de otra cuenta o un consentimiento que se ha retirado. No se ha conectado nada. Empieza de nuevo en tu aplicación y se te pedirá que confirmes.',
    },
    loginFailed: (provider) => ({
      title: 'No se ha podido iniciar sesión en este momento',
      text: `${provider} o este servidor no ha respondido a tiempo. Tu aprobación sigue siendo válida durante unos minutos.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `El inicio de sesión con ${provider} no está configurado`,
      text: `Este servidor no tiene un ID de cliente y un secreto de cliente válidos para ${provider}. Si administras este servidor, usa el comando que ha mostrado «cdk deploy». El registro de esta solicitud lo vuelve a mostrar.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `No se ha podido verificar la respuesta de ${provider}`,
      text: 'No se ha iniciado sesión. Empieza de nuevo en tu aplicación. Si el problema continúa, ponte en contacto con el administrador de este servidor.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Esta cuenta no tiene acceso',
      text: `Has iniciado sesión en ${provider} ${account === undefined ? 'con una cuenta sin dirección de correo electrónico' : `como ${account}`}. Pide acceso al administrador de este servidor o usa otra cuenta.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Esta cuenta no tiene acceso',
      text: `Has iniciado sesión en ${provider} como ${account}. Este servidor solo acepta direcciones de correo verificadas, y ${provider} no ha verificado esta.`,
    }),
    busy: {
      title: 'Este servicio no está disponible temporalmente',
      text: 'El servicio está saturado o una parte no funciona. Vuelve a intentarlo dentro de poco.',
    },
    failed: {
      title: 'Se ha producido un problema',
      text: 'Se ha producido un error en este servidor. Tu solicitud no es la causa.',
    },
    goBack: 'Vuelve atrás e inténtalo de nuevo.',
    requestRefused: {
      title: 'Esta solicitud no se puede completar',
      text: (reason) =>
        html`Si no has escrito esta solicitud, empieza de nuevo en la aplicación que quieres conectar. Mensaje de error: ${reason}`,
    },
  },
  welcome: {
    title: 'Conecta tu asistente',
    whatThisIs:
      'Esto es un servidor MCP: ofrece herramientas a asistentes de IA y editores. No hay nada que hacer en esta página. Pega la dirección en tu asistente.',
    address: 'Dirección',
    addresses: 'Direcciones',
    copyExactly: 'Copia la dirección exactamente como se muestra, sin barra al final.',
    whereToPaste: 'Dónde pegar la dirección',
    pasteAt: (menu) => html`Pega la dirección en ${menu}.`,
    orPasteAt: (menu) => html`O pega la dirección en ${menu}.`,
    developerMode: (menu) => html`Primero activa el modo de desarrollador en ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Añadir a ${program}` : `Añadir ${server} a ${program}`),
    runsOnThisComputer:
      'Este servidor se ejecuta en tu ordenador. Los asistentes que se ejecutan en la nube no pueden acceder a él.',
    commandLine: 'Línea de comandos',
    anotherProgram: 'Otras aplicaciones',
    anyOther: (address) =>
      html`Cuando la aplicación pida un servidor MCP remoto (Streamable HTTP), pega ${address}. Deja vacíos el ID de cliente y el secreto de cliente.`,
    yourAddress: 'la dirección de arriba',
    whatHappensNext: 'Qué ocurre después',
    reviewAndSignIn:
      'La aplicación abre tu navegador. Ves su nombre, adónde se envía la respuesta y qué podrá hacer. Tú decides y después inicias sesión. La aplicación nunca ve tu contraseña.',
    connections: 'Gestionar tus conexiones',
  },
  quoteRequestId: (requestId) => html`Si pides ayuda, incluye este ID de solicitud: ${requestId}`,
};
