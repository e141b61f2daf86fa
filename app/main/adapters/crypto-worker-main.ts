/** The other side of crypto-worker: takes jobs one by one, does them inline, answers each. A bundle of its own. */
import { parentPort } from 'node:worker_threads';
import { AppError } from '../../shared/errors/app-error.js';
import { assertNever } from '../../shared/lib/assert.js';
import { ProtocolError } from '../core/protocol/protocol-error.js';
import type { Answer, Failure, Job } from './crypto-worker.js';
import { createInlineCrypto } from './inline-crypto.js';

const crypto = createInlineCrypto();
const port = parentPort;

port?.on('message', (job: Job) => {
  const answer = (message: Answer): void => port.postMessage(message);
  run(job).then(
    (value) => answer({ id: job.id, value }),
    (error: unknown) => answer({ id: job.id, failure: failureOf(error) }),
  );
});

function run({ work }: Job): Promise<unknown> {
  switch (work.op) {
    case 'generate':
      return crypto.generate(...work.args);
    case 'decrypt':
      return crypto.decrypt(...work.args);
    case 'readPkcs12':
      return crypto.readPkcs12(...work.args);
    case 'makeRequest':
      return crypto.makeRequest(...work.args);
    default:
      return assertNever(work);
  }
}

/** A bug's own words may hold what it worked on, so only its kind goes over. */
function failureOf(error: unknown): Failure {
  if (error instanceof ProtocolError) return { kind: 'protocol', code: error.code, message: error.message };
  if (error instanceof AppError) {
    return { kind: 'app', code: error.code, message: error.message, details: error.details };
  }
  return { kind: 'bug', message: error instanceof Error ? error.name : 'unknown' };
}
