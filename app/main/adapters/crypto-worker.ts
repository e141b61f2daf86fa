/**
 * The KeyCrypto port on one worker thread, so that the event loop goes on while keys are worked with. The worker is made
 * from source text, which works from one bundle and from inside an asar; it starts at the first job, is made anew when
 * it dies, and keeps the process alive only while it has something to do.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '../../shared/errors/app-error.js';
import type { ErrorCode } from '../../shared/errors/codes.js';
import type { JsonObject } from '../../shared/lib/json.js';
import { assertNever } from '../../shared/lib/assert.js';
import { ProtocolError, type Refusal } from '../core/protocol/protocol-error.js';
import type { KeyCrypto, PemIdentity } from '../ports/key-crypto.js';

type Op = Exclude<keyof KeyCrypto, 'close'>;
type Work = { readonly [K in Op]: { readonly op: K; readonly args: Parameters<KeyCrypto[K]> } }[Op];
export type Job = { readonly id: number; readonly work: Work };
export type Failure =
  | { readonly kind: 'protocol'; readonly code: Refusal; readonly message: string }
  | { readonly kind: 'app'; readonly code: ErrorCode; readonly message: string; readonly details: JsonObject }
  | { readonly kind: 'bug'; readonly message: string };
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly failure: Failure });

type Pending = {
  readonly job: Job;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Workers that died while they had it. */
  deaths: number;
};

/** A flood ends here, not in memory. */
const MAX_PENDING = 1_000;
/** A job that kills its worker twice is not tried again. */
const MAX_DEATHS = 2;
/** A file made to keep us busy ends with the worker. */
const FILE_WITHIN_MS = 30_000;

/** `source`: the text of the bundle of crypto-worker-main. Jobs after `close`, and open ones, reject. */
export function createWorkerCrypto(source: string, { fileWithinMs = FILE_WITHIN_MS } = {}): KeyCrypto {
  const pending = new Map<number, Pending>();
  let worker: Worker | null = null;
  let nextId = 1;
  let isClosed = false;

  function start(): Worker {
    // In a scope of its own: at the top level some names are taken.
    const started = new Worker(`(() => {\n${source}\n})()`, {
      eval: true,
      env: {},
      argv: [],
      execArgv: [],
      name: 'crypto',
    });
    started.on('message', (answer: Answer) => settle(answer));
    // Its end follows; a worker that cannot even start must not end the process.
    started.on('error', () => {});
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      again();
    });
    return started;
  }

  function settle(answer: Answer): void {
    const entry = take(answer.id);
    if (!entry) return;
    if ('failure' in answer) entry.reject(errorOf(answer.failure));
    else entry.resolve(answer.value);
  }

  function take(id: number): Pending | null {
    const entry = pending.get(id) ?? null;
    pending.delete(id);
    if (pending.size === 0) worker?.unref();
    return entry;
  }

  /** What the dead worker had: once more, on a new one. */
  function again(): void {
    for (const entry of [...pending.values()]) {
      entry.deaths += 1;
      if (entry.deaths >= MAX_DEATHS)
        take(entry.job.id)?.reject(new Error('the crypto worker died of this job'));
      else post(entry.job);
    }
  }

  function post(job: Job): void {
    worker ??= start();
    worker.ref();
    worker.postMessage(job);
  }

  function submit(work: Work): Promise<unknown> {
    if (isClosed) return Promise.reject(new Error('the crypto worker is closed'));
    if (pending.size >= MAX_PENDING)
      return Promise.reject(new ProtocolError('RATE', 'too much to decrypt at once'));
    const job: Job = { id: nextId, work };
    nextId += 1;
    return new Promise((resolve, reject) => {
      pending.set(job.id, { job, resolve, reject, deaths: 0 });
      post(job);
    });
  }

  return {
    generate: async (...args) => (await submit({ op: 'generate', args })) as string,
    // A Buffer arrives as the plain array that it is underneath.
    decrypt: async (...args) => Buffer.from((await submit({ op: 'decrypt', args })) as Uint8Array),
    async readPkcs12(...args) {
      const id = nextId;
      const deadline = setTimeout(() => {
        take(id)?.reject(new AppError('IDENTITY_UNREADABLE', 'reading it took too long'));
        // It may not hear us before it is done; the others do not wait for that.
        void worker?.terminate();
        worker = null;
        for (const { job } of pending.values()) post(job);
      }, fileWithinMs);
      try {
        return (await submit({ op: 'readPkcs12', args })) as PemIdentity;
      } finally {
        clearTimeout(deadline);
      }
    },
    makeRequest: async (...args) => (await submit({ op: 'makeRequest', args })) as string,
    async close() {
      isClosed = true;
      const ending = worker;
      worker = null;
      for (const { reject } of pending.values()) reject(new Error('the crypto worker is closed'));
      pending.clear();
      await ending?.terminate();
    },
  };
}

function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case 'protocol':
      return new ProtocolError(failure.code, failure.message);
    case 'app':
      return new AppError(failure.code, failure.message, { details: failure.details });
    case 'bug':
      return new Error(`the crypto worker failed: ${failure.message}`);
    default:
      return assertNever(failure);
  }
}
