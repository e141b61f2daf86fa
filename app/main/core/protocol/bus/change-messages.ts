/**
 * The messages that change nodes, and the report of what became of it, as lex-node 0.3.2 reads and writes them. No
 * upstream code sends the first two; running nodes of both generations take them in this form.
 */
import type { What } from '../../changes/what.js';
import type { Envelope } from '../amqp.js';
import { taskEnvelope, toAll, toNode } from './envelope.js';
import type { UpdateResult } from './messages.js';

/** The body is the same for all that get it: encoded once. */
export const changeBody = (what: What): Buffer =>
  Buffer.from(
    JSON.stringify(
      what.kind === 'settings'
        ? { function: 'update_settings', settings: what.settings, restart: what.restart }
        : { function: 'update_gem', extension: what.extension, version: what.version, reload: what.reload },
    ),
  );

/**
 * One change to one node, through the default exchange and mandatory: frameworks since 1.5.4 hear nothing else, and a
 * return means that there is no such node. `to` null: to all that listen on exchange `node` (frameworks before 1.6.23).
 */
export function changeEnvelope(
  to: string | null,
  body: Buffer,
  ids: { readonly messageId: string; readonly correlationId: string },
  at: number,
): Envelope {
  return taskEnvelope(to === null ? toAll('node') : toNode(to), body, at, undefined, ids);
}

/** UpdateResult, key `node.<name>.update_result`. `correlationId`: that of the message it answers, echoed. */
export function updateResult(
  node: string,
  result: Pick<UpdateResult, 'action' | 'status'> & { detail: string | null; error: string | null },
  correlationId: string | undefined,
  at: number,
): Envelope {
  const { action, status, detail, error } = result;
  const timestamp = `${new Date(at).toISOString().slice(0, 19)}Z`;
  return taskEnvelope(
    toAll(`node.${node}.update_result`),
    { action, status, detail, error, node, timestamp },
    at,
    undefined,
    correlationId === undefined ? undefined : { correlationId },
  );
}
