/**
 * Bad input from the network, by code. Caught in one place (the observer), counted and dropped.
 * Everything a decoder can object to is in REFUSALS; the words for a person are `refusal.<code>` in the catalogue.
 */
export const REFUSALS = [
  'TOO_LARGE',
  'CONTENT_TYPE',
  'CONTENT_ENCODING',
  'NOT_JSON',
  'NOT_OBJECT',
  'NO_FUNCTION',
  'UNKNOWN_FUNCTION',
  'SCHEMA',
  'NAME',
  'NO_SECRET',
  'NO_IV',
  'CIPHER',
  'ROSTER_FULL',
  'KEY_MALFORMED',
  'KEY_NOT_RSA',
  'KEY_SIZE',
  'KEYRING_FULL',
  'OWN_NAME',
  'REPLY_QUEUE',
  'SECRET_FORM',
  'SECRET_CHECK',
  'REPLAY',
  'RATE',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code: Refusal,
    message: string,
  ) {
    super(message);
  }
}
