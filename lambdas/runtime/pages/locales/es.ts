import { html } from '../html.ts';
import type { Messages } from './messages.ts';

export const es: Messages = {
  language: 'es',
  consent: {
    title: (client) => `¿Conectar ${client}?`,
    heading: (client) => html`${client} quiere conectarse`,
    server: 'A este servidor',
    sendsResponseTo: 'La respuesta se envía a',
    appForScheme: (scheme) => html`la aplicación que abre los enlaces ${scheme}`,
    permissions: 'Si su cuenta lo permite, la aplicación podrá:',
    continueWith: (provider) => `Continuar con ${provider}`,
    deny: 'Rechazar',
    chooseAccountNext: 'Elegirá su cuenta en el paso siguiente. Antes de eso no se comparte nada.',
    remember: 'No volver a preguntarme en este navegador durante 90 días, mientras nada cambie en esta solicitud',
  },
  client: {
    unnamed: 'Una aplicación sin nombre',
    nameUnverified: 'La propia aplicación eligió este nombre. Nadie lo ha verificado.',
    nameFromWebsite: (host) =>
      html`El nombre procede de un documento publicado en ${host}. Así lo afirma el responsable de ese sitio web, y nadie más lo ha verificado.`,
    describedBy: 'Descrita por',
    mixedAlphabets: {
      lead: 'Este nombre mezcla alfabetos.',
      text: 'Algunas de sus letras solo se parecen a las que usted conoce. Guíese por el nombre del host, no por este nombre.',
    },
    programReceives: {
      lead: 'Un programa de este equipo recibirá la respuesta.',
      text: 'Continúe solo si acaba de iniciar esta operación desde un programa en el que confía.',
    },
    appReceives: {
      lead: 'Una aplicación de este dispositivo recibirá la respuesta.',
      text: 'Continúe solo si acaba de iniciar esta operación desde una aplicación en la que confía.',
    },
    impersonable: (host) => ({
      lead: 'Cualquier programa de este equipo puede hacerse pasar por esta aplicación.',
      text: html`El documento publicado en ${host} no lo impide.`,
    }),
    otherWebsite: (documentHost, receiver) => ({
      lead: 'La respuesta se envía a otro sitio web.',
      text: html`La aplicación está descrita por ${documentHost}, pero quien recibirá la respuesta es ${receiver}.`,
    }),
  },
  connections: {
    title: 'Sus conexiones',
    signIn:
      'Vea qué aplicaciones pueden actuar aquí en su nombre y termine lo que ya no desee. Inicie sesión con la cuenta con la que las conectó.',
    signedInAs: (account) => html`Ha iniciado sesión como ${account}`,
    some: 'Estas aplicaciones pueden actuar aquí en su nombre.',
    none: 'Ninguna aplicación puede actuar aquí en su nombre.',
    unknownClient: 'Una aplicación que ya no se conoce aquí',
    server: 'En este servidor',
    connectedThrough: 'Conectada a través de',
    permissions: 'Puede',
    since: 'Desde el',
    timesConnected: 'Veces conectada',
    lastUsed: 'Último uso',
    end: 'Terminar esta conexión',
    endAll: 'Terminar todas las conexiones',
    logOut: 'Salir de esta página',
    application: 'Aplicación',
    remembered: 'Conectadas sin preguntar',
    rememberedText:
      'Estas aplicaciones se conectan sin volver a preguntarle en el navegador donde usted lo eligió, hasta que algo cambie en su solicitud.',
    rememberedUntil: 'Hasta el',
    forget: 'Volver a preguntarme',
    afterwards: (minutes) =>
      `Una aplicación cuya conexión termine no obtiene más acceso. Lo que se le dio antes puede seguir siendo válido hasta ${minutes}.`,
  },
  scopes: {
    email: 'Ver su dirección de correo electrónico',
    profile: 'Ver su nombre',
    offline_access: 'Seguir conectada cuando usted no la esté usando',
  },
  actions: {
    tryAgain: 'Volver a intentarlo',
    useAnotherAccount: 'Usar otra cuenta',
    returnToApplication: 'Volver a la aplicación',
  },
  errors: {
    clientUnknown: {
      title: 'Esta aplicación no se conoce aquí',
      text: 'Nunca se ha registrado en este servidor, o hace mucho que no se usa. Elimine la conexión en su aplicación y añádala otra vez para que se registre de nuevo.',
    },
    clientBlocked: {
      title: 'Esta aplicación está bloqueada aquí',
      text: 'El responsable de este servidor no admite esta aplicación. Consúltele, o use otra aplicación.',
    },
    clientUnreachable: {
      title: 'Ahora mismo no se puede identificar esta aplicación',
      text: 'El sitio web que la describe no responde, así que este servidor no puede saber a quién dejaría usted entrar. El fallo está en ese sitio o en el camino hasta él, y suele pasar por sí solo.',
    },
    clientMetadataInvalid: {
      title: 'La descripción de esta aplicación no es correcta',
      text: 'La aplicación indica una dirección web que debería describirla, y lo que hay allí no se ha aceptado. Deben corregirlo sus autores; el responsable de este servidor encontrará el motivo en el registro.',
    },
    formFromElsewhere: {
      title: 'Este formulario no se envió desde aquí',
      text: 'Su respuesta no llegó desde la página de este servidor, así que no se ha utilizado. Empiece de nuevo en su aplicación.',
    },
    cookieMissing: {
      title: 'Su navegador no envió nuestra cookie',
      text: 'Esta página necesita una cookie de este servidor para saber que la respuesta es suya. Permita las cookies de este sitio y empiece de nuevo en su aplicación. Safari no guarda ninguna para http://localhost: use allí otro navegador.',
    },
    formExpired: {
      title: 'Esta página ha caducado',
      text: 'Estuvo abierta demasiado tiempo, o se abrió en otro navegador. Empiece de nuevo en su aplicación.',
    },
    formUsed: {
      title: 'Usted ya ha respondido',
      text: 'Esta página ya se usó para un inicio de sesión. Si su aplicación no está conectada, empiece de nuevo en ella.',
    },
    loginUnknown: {
      title: 'Este inicio de sesión no comenzó aquí',
      text: 'La respuesta del proveedor de identidad no corresponde a ningún inicio de sesión que conozca este servidor. Empiece de nuevo en su aplicación.',
    },
    loginOfOtherBrowser: {
      title: 'Este inicio de sesión es de otro navegador',
      text: 'Un inicio de sesión solo termina en el navegador en el que se aprobó, en unos pocos minutos y con las cookies activadas. Si alguien le envió un enlace a esta página, ciérrela. En caso contrario, empiece de nuevo en su aplicación.',
    },
    loginExpired: {
      title: 'Este inicio de sesión ha caducado',
      text: 'Tardó demasiado. Empiece de nuevo en su aplicación.',
    },
    loginUsed: {
      title: 'Este inicio de sesión ya se ha utilizado',
      text: 'Cada inicio de sesión sirve una sola vez. Si su aplicación no está conectada, empiece de nuevo en ella.',
    },
    consentNotRemembered: {
      title: 'Confirme esta conexión',
      text: 'Este navegador recuerda el consentimiento de otra cuenta, o uno que ya se retiró; por eso no se conectó nada. Empiece de nuevo en su aplicación: entonces se le preguntará.',
    },
    loginFailed: (provider) => ({
      title: 'El inicio de sesión no ha funcionado',
      text: `${provider} o este servidor no respondió a tiempo. Lo que usted aprobó sigue aprobado durante unos minutos.`,
    }),
    providerNotSetUp: (provider) => ({
      title: `El inicio de sesión con ${provider} no está configurado`,
      text: `Este servidor aún no tiene un identificador de cliente y un secreto válidos para ${provider}. Si usted lo administra: «cdk deploy» mostró el comando que los guarda, y el registro de esta petición lo muestra de nuevo.`,
    }),
    providerNotTrusted: (provider) => ({
      title: `La respuesta de ${provider} no es de fiar`,
      text: 'No superó las comprobaciones de este servidor, así que no se ha iniciado la sesión. Empiece de nuevo en su aplicación; si vuelve a ocurrir, avise al responsable de este servidor.',
    }),
    notAllowed: (provider, account) => ({
      title: 'Esta cuenta no tiene acceso aquí',
      text: `Su sesión en ${provider} es la de ${account ?? 'una cuenta sin dirección de correo electrónico'}. Pida acceso al responsable de este servidor, o use otra cuenta.`,
    }),
    emailNotVerified: (provider, account) => ({
      title: 'Esta cuenta no tiene acceso aquí',
      text: `Su sesión en ${provider} es la de ${account}. El proveedor no ha verificado esa dirección de correo, así que no cuenta.`,
    }),
    busy: {
      title: 'Ahora mismo no ha funcionado',
      text: 'El servicio está saturado o una parte no responde. Vuelva a intentarlo dentro de poco.',
    },
    failed: {
      title: 'Ahora mismo no ha funcionado',
      text: 'Algo ha fallado por nuestra parte. El problema no está en su petición.',
    },
    goBack: 'Vuelva atrás e inténtelo de nuevo.',
    requestRefused: {
      title: 'Esta petición no se puede completar',
      text: (reason) =>
        html`Si no ha creado usted esta petición, empiece de nuevo en la aplicación que quiere conectar. El motivo exacto: ${reason}`,
    },
  },
  welcome: {
    title: 'Conecte su asistente',
    whatThisIs:
      'Esta dirección es la de un servidor de herramientas para asistentes de IA y editores. Aquí no hay una página en la que trabajar: usted da la dirección a un programa, que entonces usa las herramientas por usted.',
    address: 'La dirección',
    addresses: 'Las direcciones',
    copyExactly: 'Cópiela exactamente como aparece aquí, sin barra al final.',
    whereToPaste: 'Dónde pegar la dirección',
    pasteAt: (menu) => html`Pegue la dirección en ${menu}.`,
    orPasteAt: (menu) => html`O pegue la dirección en ${menu}.`,
    developerMode: (menu) => html`Active antes el modo de desarrollador en ${menu}.`,
    addTo: (program, server) => (server === undefined ? `Añadir a ${program}` : `Añadir ${server} a ${program}`),
    runsOnThisComputer:
      'Este servidor funciona en su propio equipo. Los asistentes que se ejecutan en la nube de sus fabricantes no pueden acceder a él.',
    commandLine: 'En la línea de comandos',
    anotherProgram: 'Otro programa',
    anyOther: (address) =>
      html`Donde pida un servidor MCP remoto (Streamable HTTP), pegue ${address}. Deje vacíos el identificador y el secreto de cliente.`,
    yourAddress: 'la dirección de arriba',
    whatHappensNext: 'Qué ocurre después',
    reviewAndSignIn:
      'El programa abre su navegador. Usted ve su nombre, adónde va la respuesta y qué podrá hacer; decide, e inicia sesión. El programa nunca conoce su contraseña.',
    connections: 'Ver qué está conectado y ponerle fin',
  },
  quoteRequestId: (requestId) => html`Si pide ayuda, indique este número: ${requestId}`,
};
