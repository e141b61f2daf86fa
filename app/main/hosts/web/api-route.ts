/**
 * The contract over plain HTTP, for scripts and the command line: `POST /api/<call>` with a JSON body,
 * `GET /api/<stream>?input=…` as newline-delimited JSON. A bearer token lets in; the browser's cookie does
 * not, so no other site can make a browser speak here.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../../shared/errors/app-error.js';
import { ERROR_CODES, isErrorCode } from '../../../shared/errors/codes.js';
import type { WireError } from '../../../shared/errors/wire.js';

/** The largest thing that comes in is a file of pins: ten thousand of them are 7 MB. */
export const MAX_BODY_BYTES = 12 * 1024 * 1024;

/** What this host is handed of the Api. */
export type Door = {
  call(procedure: string, input: unknown, signal: AbortSignal): Promise<unknown>;
  open(procedure: string, input: unknown, signal: AbortSignal): AsyncIterable<unknown>;
  /** The error as it may leave the process; logs what is a bug. */
  refuse(error: unknown, procedure: string): WireError;
};

export type ApiRoute = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export function createApiRoute(door: Door, token: string): ApiRoute {
  return async (request, response, url) => {
    const procedure = url.pathname.slice('/api/'.length);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      if (!bears(request, token)) throw new AppError('SESSION_EXPIRED', 'a bearer token is needed');
      if (request.method === 'POST') {
        const output = await door.call(procedure, await readJson(request), gone.signal);
        sendJson(response, 200, output);
      } else if (request.method === 'GET') {
        await sendLines(response, door.open(procedure, inputOf(url), gone.signal), gone.signal);
      } else throw new AppError('PROCEDURE_UNKNOWN', 'calls are POST, streams are GET');
    } catch (error) {
      if (gone.signal.aborted) return;
      const wire = door.refuse(error, procedure);
      // After the first item the status has gone out already: the last line says it instead.
      if (response.headersSent) response.end(`${JSON.stringify({ failure: wire })}\n`);
      else {
        if (wire.code === 'SESSION_EXPIRED') response.setHeader('WWW-Authenticate', 'Bearer');
        if (error instanceof BodyTooLarge) response.setHeader('Connection', 'close');
        sendJson(response, error instanceof BodyTooLarge ? 413 : statusOf(wire.code), wire);
      }
    }
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

const statusOf = (code: string): number => (isErrorCode(code) ? ERROR_CODES[code].status : 500);

/** Compares hashes: their length is the same whatever was sent. */
function bears(request: IncomingMessage, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
}

class BodyTooLarge extends AppError {
  constructor() {
    super('CONTRACT_INPUT_INVALID', `the body is larger than ${MAX_BODY_BYTES} bytes`, {
      details: { path: '' },
    });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw new BodyTooLarge();
  // Leaving the loop must not tear down the connection: the refusal still has to reach the client.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return parseInput(Buffer.concat(chunks).toString('utf8'));
}

const inputOf = (url: URL): unknown => parseInput(url.searchParams.get('input') ?? '');

function parseInput(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('CONTRACT_INPUT_INVALID', 'the input is not JSON', { cause, details: { path: '' } });
  }
}

/** One line per item; the next is asked for when the last has gone to a client that reads. */
async function sendLines(
  response: ServerResponse,
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  for await (const item of items) {
    if (signal.aborted) return;
    if (!response.write(`${JSON.stringify(item)}\n`)) await once(response, 'drain', { signal });
  }
  response.end();
}
