/** Secrets that stand inside other text, wherever that came from: passwords in addresses, bearer tokens, `token=`. */
const MASK = '•••';

/** `amqp://user:pass@host` reads `amqp://user:•••@host`; a one-time address loses its token. */
export const maskText = (text: string): string =>
  text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/]*@/gi, `$1:${MASK}@`)
    .replace(/([?&](?:access_)?token=)[^&\s]+/gi, `$1${MASK}`)
    .replace(/((?:Bearer|Basic)\s+)[\w.~+/-]+=*/gi, `$1${MASK}`);
