/**
 * Secrets that stand inside other text, wherever that came from: passwords in addresses, bearer tokens, `token=`,
 * `password=`. Every
 * pattern begins at fixed words and never looks back over what it passed, so that hostile text costs linear time.
 */
const MASK = '•••';

/** What goes before the secret, the secret, what follows it. */
const SECRETS = [
  /(:\/\/[^\s/:@]*:)([^\s/]*)(@)/g,
  /([?&](?:access_)?token=)([^&\s]+)()/gi,
  /(\b(?:password|passwd|pwd|secret)\s?=\s?)([^;&\s"']+)()/gi,
  /((?:Bearer|Basic)\s+)([\w.~+/-]+=*)()/gi,
] as const;

/** `amqp://user:pass@host` reads `amqp://user:•••@host`; a one-time address loses its token. */
export const maskText = (text: string): string =>
  SECRETS.reduce((masked, pattern) => masked.replace(pattern, `$1${MASK}$3`), text);

/** What `maskText` takes out of it. */
export const secretsIn = (text: string): string[] =>
  SECRETS.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[2] ?? ''));
