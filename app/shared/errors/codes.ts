/**
 * Every error of the product, in one table: code, whether trying again can help, HTTP status.
 * The sentence and the remedy of a code are in the catalogue (`error.<CODE>` and `error.<CODE>.next`);
 * a test holds the two together.
 */
type Row = { readonly retryable: boolean; readonly status: number };

const row = (retryable: boolean, status: number): Row => ({ retryable, status });

export const ERROR_CODES = {
  // the bus: reaching it, being let in, declaring what a node needs
  BUS_UNREACHABLE: row(true, 503),
  BUS_NOT_AMQP: row(true, 503),
  BUS_HOST_UNKNOWN: row(true, 503),
  BUS_TIMEOUT: row(true, 503),
  BUS_LOST: row(true, 503),
  BUS_ACCESS_REFUSED: row(false, 503),
  BUS_VHOST_MISSING: row(false, 503),
  BUS_NO_PERMISSION: row(false, 503),
  BUS_TOPOLOGY_MISMATCH: row(false, 503),
  BUS_NO_TLS: row(false, 503),
  BUS_TLS_REQUIRED: row(false, 503),
  BUS_CERT_EXPIRED: row(false, 503),
  BUS_CERT_UNTRUSTED: row(false, 503),
  BUS_CERT_HOST: row(false, 503),
  BUS_CLIENT_CERT: row(false, 503),
  BUS_CLOSED: row(true, 503),
  BUS_BLOCKED: row(true, 503),
  BUS_UNROUTABLE: row(false, 409),
  BUS_NAME_TAKEN: row(true, 409),
  BUS_NOT_CONNECTED: row(true, 503),
  // keys and what a person decides about them
  KEY_UNKNOWN: row(false, 404),
  KEY_PROOF_WRONG: row(false, 409),
  KEY_REFUSED: row(false, 409),
  KEY_NOT_TRUSTED: row(false, 409),
  KEY_WEAK: row(false, 409),
  KEY_NONE: row(true, 503),
  KEY_IMPORT_INVALID: row(false, 400),
  KEY_ROTATION: row(false, 409),
  // the cluster secret and who asks for it
  SECRET_MISSING: row(false, 409),
  SECRET_UNDECIDED: row(false, 409),
  SECRET_UNKNOWN: row(false, 404),
  SECRET_FORM: row(false, 400),
  SECRET_OTHERS_BEAT: row(false, 409),
  REQUEST_UNKNOWN: row(false, 404),
  REQUEST_NO_QUEUE: row(false, 409),
  REQUEST_ANSWERED: row(false, 409),
  PROFILE_READ_ONLY: row(false, 403),
  STORE_UNREADABLE: row(true, 500),
  // certificates of our own
  IDENTITY_PASSPHRASE: row(false, 400),
  IDENTITY_UNREADABLE: row(false, 400),
  IDENTITY_NO_KEY: row(false, 400),
  IDENTITY_MISMATCH: row(false, 400),
  IDENTITY_EXPIRED: row(false, 409),
  IDENTITY_UNKNOWN: row(false, 404),
  // changes pushed to nodes
  CHANGE_INVALID: row(false, 400),
  CONFIRM_MISSING: row(false, 409),
  CONFIRM_WRONG: row(false, 409),
  REASON_MISSING: row(false, 409),
  TARGETS_UNKNOWN: row(false, 404),
  TARGETS_NONE: row(false, 409),
  RUN_UNKNOWN: row(false, 404),
  RUN_STATE: row(false, 409),
  RUN_NOTHING: row(false, 409),
  RUN_QUORUM: row(false, 409),
  ROLLBACK_UNKNOWN: row(false, 409),
  JOURNAL_UNWRITABLE: row(true, 500),
  APPROVAL_NOT_WANTED: row(false, 409),
  APPROVAL_UNREADABLE: row(false, 400),
  APPROVAL_UNTRUSTED: row(false, 403),
  APPROVAL_OWN: row(false, 403),
  APPROVAL_WRONG: row(false, 409),
  APPROVAL_EXPIRED: row(false, 409),
  // changes pushed to us
  RECEIVED_UNKNOWN: row(false, 404),
  RECEIVED_DECIDED: row(false, 409),
  RECEIVED_NO_UNDO: row(false, 409),
  // legions
  LEGION_UNKNOWN: row(false, 404),
  LEGION_INVALID: row(false, 400),
  LEGION_VALOR: row(false, 400),
  LEGION_NOT_LORD: row(false, 409),
  LEGION_PORT: row(true, 409),
  LEGION_FORBIDDEN: row(true, 409),
  LEGION_ADDRESS: row(true, 409),
  LEGION_MULTICAST: row(true, 409),
  HOOK_UNKNOWN: row(false, 404),
  LEGION_CIPHER: row(false, 400),
  EXPORT_FILE_EXISTS: row(false, 409),
  EXPORT_FILE_FAILED: row(false, 400),
  // configuration
  CONFIG_INVALID: row(false, 400),
  // the contract and its hosts
  CONTRACT_INPUT_INVALID: row(false, 400),
  PROCEDURE_UNKNOWN: row(false, 404),
  SESSION_EXPIRED: row(false, 401),
  HOST_REFUSED: row(false, 403),
  NODE_UNKNOWN: row(false, 404),
  FILTER_INVALID: row(false, 400),
  CONSOLE_NOT_RUNNING: row(false, 503),
  INTERNAL: row(false, 500),
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);
export const isRetryable = (code: ErrorCode): boolean => ERROR_CODES[code].retryable;
