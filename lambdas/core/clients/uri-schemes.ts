// What URI schemes mean to browsers and operating systems. A scheme that has no meaning here is a private-use scheme
// (RFC 8252 §7.1): it opens the app that registered it.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Schemes that browsers execute, that open local files or the browser's own pages, or that start programs of the system
 * with arguments from the link.
 */
const DANGEROUS = words(`
  javascript livescript mocha vbscript data blob file filesystem about view-source jar resource wyciwyg
  chrome chrome-extension moz-extension moz-icon safari-extension safari-web-extension edge brave opera vivaldi devtools
  content intent res shell hcp its mk mhtml ms-its ms-help ms-msdt ms-officecmd ms-cxh ms-cxh-full search-ms search
  applescript disk disks local knownfolder x-man-page
`);

/**
 * Schemes with a meaning of their own: IANA's permanent ones, those that a website may register (HTML §8.9.2), and those
 * that browsers and operating systems open themselves.
 */
const TAKEN = words(`
  aaa aaas acap acct cap cid coap coap+tcp coap+ws coaps coaps+tcp coaps+ws crid dav dict dns dtn example fax ftp ftps
  geo go gopher grd h323 http https iax icap im imap info ipn ipp ipps irc ircs iris iris.beep iris.lwz iris.xpc
  iris.xpcs jabber ldap ldaps mailserver mailto matrix mid modem msrp msrps mt mtqp mupdate news nfs ni nih nntp
  opaquelocktoken openpgp4fpr pkcs11 pop pres prospero reload rtsp rtsps rtspu service session sftp shttp sieve sip sips
  sms smsto snmp snews soap.beep soap.beeps ssh stun stuns svn tag tel telnet tftp thismessage tip tn3270 turn turns tv
  urn vemmi vnc wais webcal ws wss wtai xcon xcon-userid xmlrpc.beep xmlrpc.beeps xmpp z39.50r z39.50s
  acr adb afp afs apt bingmaps bitcoin browserext calculator callto cast casts cifs cvs did dlna-playcontainer
  dlna-playsingle doi ethereum facetime facetime-audio facetime-prompt feed finger git help hdl
  itms itmss itms-apps itms-appss itms-services ipfs ipns jdbc lightning magnet maps market message mms mmsto nfc otpauth
  otpauth-migration pcast photos-redirect podcast prefs rdp rsync rtmp shortcuts skype smb teamspeak upi videos wifi
  x-web-search
`);

/** Families: Windows, the stores and settings of Apple and Android, browsers, and what pages and extensions register. */
const TAKEN_FAMILY = /^(?:ms|microsoft|apple|x-apple|android|chrome|moz|edge|safari|web|ext)[-+]|^x-apple/;

/** RFC 3986 §3.1, in lower case. A single letter is a drive of Windows. */
const PRIVATE_USE = /^[a-z][a-z0-9+.-]+$/;

/** Whether a browser would run script or open something local. @param scheme in lower case, without the colon */
export const isDangerousScheme = (scheme: string): boolean => DANGEROUS.has(scheme);

/** Whether only an app that registered the scheme opens it. @param scheme in lower case, without the colon */
export const isPrivateUseScheme = (scheme: string): boolean =>
  PRIVATE_USE.test(scheme) && !DANGEROUS.has(scheme) && !TAKEN.has(scheme) && !TAKEN_FAMILY.test(scheme);
