/**
 * Listens: every delivery is decoded, checked and handed on, or refused and counted by code. Never a crash, never
 * silence. Beats go to the roster; the rest becomes an event of the feed. This is the hot path of the product: no
 * promise, no timer and no log line per message.
 */
import type { Refusal } from '../core/protocol/protocol-error.js';
import { ProtocolError } from '../core/protocol/protocol-error.js';
import type { ClusterKey } from '../core/crypto/cluster-cipher.js';
import { decodeDelivery, type Heard } from '../core/protocol/bus/decode.js';
import { FUNCTIONS, senderOf } from '../core/protocol/bus/messages.js';
import { readName } from '../core/protocol/bus/name.js';
import { redact } from '../core/protocol/redact.js';
import type { EventLog } from '../core/history/event-log.js';
import type { HeardResult as WholeResult } from '../core/changes/match.js';
import type { History } from '../core/history/aggregates.js';
import type { Roster } from '../core/roster/roster.js';
import type { Delivery, Disposition } from '../ports/bus.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { assertNever } from '../../shared/lib/assert.js';
import { maskText } from '../../shared/lib/mask-text.js';

export type Counted = { count: number; lastAt: number; from: string | null };

type HeardResult = Omit<WholeResult, 'skewMs'>;
type HeardFunction = Extract<Heard, { type: 'function' }>;

type Deps = {
  readonly roster: Roster;
  readonly events: EventLog;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
  /** Newest first; none while no cluster secret is held. */
  readonly clusterKeys: () => readonly ClusterKey[];
  /** What a message about keys or secrets asks of this node. Throws ProtocolError for what is not to be used. */
  readonly onFunction: (message: HeardFunction, delivery: Delivery, at: number) => void;
  /** What became of a change. True: it is an answer to ours, whose story is told elsewhere. */
  readonly onResult: (name: string, result: HeardResult) => boolean;
  /** An encrypted message that none of our keys opens. */
  readonly onUnread: (text: string, iv: string) => void;
  /** An encrypted message of this sender was opened with that key. */
  readonly onOpened: (sender: string | null, keyIndex: number, at: number) => void;
  readonly self: { readonly name: string; readonly pid: number };
  /** Our own beat came back: how long it took. */
  readonly onOwnBeat: () => void;
};

/** Feed lines of one kind and sender fold within this time. */
const FOLD_MS = 5_000;
/** What a node says of a change may quote its settings. */
const shortText = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : maskText(text).slice(0, 300);
/** A node counts as looked at for this long after somebody asked. */
const LOOK_MS = 30_000;
const MAX_LOOKS = 50;
/** The feed holds thousands of events; each keeps this much of its message. */
const EVENT_RAW = 1_500;
/** Not for us to judge: others may have the secret, or the time. */
const PASSED_ON: ReadonlySet<Refusal> = new Set(['NO_SECRET', 'CIPHER', 'OWN_NAME', 'KEYRING_FULL', 'RATE']);
const rawOf = (body: Record<string, unknown>): string => redact(body).slice(0, EVENT_RAW);

export type Observer = ReturnType<typeof createObserver>;

export function createObserver({ roster, events, history, clock, log, clusterKeys, self, ...deps }: Deps) {
  const refused = new Map<Refusal, Counted>();
  const heard = new Map<string, Counted>();
  const looks = new Map<string, { until: number; raw: string | null; broker: string | null }>();
  let messages = 0;
  let beats = 0;

  const count = <K>(map: Map<K, Counted>, key: K, at: number, from: string | null): void => {
    const entry = map.get(key);
    if (!entry) map.set(key, { count: 1, lastAt: at, from });
    else {
      entry.count += 1;
      entry.lastAt = at;
      entry.from = from;
    }
  };

  const refuse = (code: Refusal, delivery: Delivery, at: number): void => {
    count(refused, code, at, delivery.routingKey.slice(0, 80));
    const iv = delivery.properties.headers?.iv;
    if ((code === 'NO_SECRET' || code === 'CIPHER') && typeof iv === 'string')
      deps.onUnread(delivery.body.toString('latin1'), iv);
    if (refused.get(code)!.count === 1)
      log.debug({ code, routingKey: delivery.routingKey.slice(0, 80) }, 'message refused');
    events.record(
      {
        kind: 'bus.undecodable',
        facts: { code, key: delivery.routingKey.slice(0, 80) },
        foldMs: 60_000,
        foldKey: code,
      },
      at,
    );
  };

  const hearBeat = (message: Extract<Heard, { type: 'beat' }>, delivery: Delivery, at: number): void => {
    const { beat } = message;
    if (!roster.hear(beat, at, clock.uptime())) return refuse('ROSTER_FULL', delivery, at);
    beats += 1;
    history.countBeat();
    if (beat.name === self.name && beat.pid === self.pid) deps.onOwnBeat();
    if (looks.size === 0) return;
    const look = looks.get(beat.name);
    if (look) {
      look.raw = redact(message.body);
      const cluster = message.body.rabbitmq_cluster;
      look.broker = cluster === undefined ? null : redact({ rabbitmq_cluster: cluster });
    }
  };

  const hearResult = (
    { result, body }: Extract<Heard, { type: 'result' }>,
    { properties }: Delivery,
    at: number,
  ): void => {
    const name = readName(result.node);
    count(heard, 'UpdateResult', at, name);
    roster.endReload(name, clock.uptime());
    if (deps.onResult(name, { result, at, correlationId: properties.correlationId })) return;
    const facts = {
      message: 'UpdateResult',
      action: result.action,
      status: result.status.slice(0, 80),
      detail: shortText(result.detail),
      error: shortText(result.error),
    };
    events.record(
      {
        kind: 'heard.changes',
        names: [name],
        facts,
        raw: rawOf(body),
        foldMs: FOLD_MS,
        foldKey: `${result.action} ${result.status.slice(0, 20)}`,
      },
      at,
    );
  };

  const hearFunction = (
    message: HeardFunction,
    delivery: Delivery,
    at: number,
    onFunction = deps.onFunction,
  ): void => {
    const { message: kind, area } = FUNCTIONS[message.name];
    // The name in it is whose key is to be forgotten, not who says so.
    const sender = message.name === 'delete_public_key' ? null : senderOf(message.body);
    const name = sender === null ? null : readName(sender);
    if (message.keyIndex !== null) deps.onOpened(name, message.keyIndex, at);
    onFunction(message, delivery, at);
    count(heard, kind, at, name);
    // Who asks or shows a key exists, whether or not it has beaten yet.
    if (name !== null && area !== 'changes') roster.know(name, at);
    const target = /^node\.(.+)$/.exec(delivery.routingKey)?.[1];
    const reloads =
      (message.name === 'update_settings' && message.body.restart === true) ||
      (message.name === 'update_gem' && message.body.reload !== false);
    if (reloads && target) roster.expectReload(target, at, clock.uptime());
    // What we said ourselves comes back to us; that we said it is an event of its own.
    if (name === self.name && area !== 'changes') return;
    events.record(
      {
        kind: `heard.${area}`,
        names: name === null ? [] : [name],
        facts: {
          message: kind,
          function: message.name,
          key: delivery.routingKey.slice(0, 120),
          encrypted: message.keyIndex !== null,
        },
        raw: rawOf(message.body),
        foldMs: FOLD_MS,
        foldKey: `${message.name} ${name ?? ''} ${delivery.routingKey}`,
      },
      at,
    );
  };

  /** True when it was understood. */
  const take = (delivery: Delivery): boolean => {
    messages += 1;
    const at = clock.now();
    try {
      const message = decodeDelivery(delivery, clusterKeys());
      if (message.type === 'beat') hearBeat(message, delivery, at);
      else if (message.type === 'result') hearResult(message, delivery, at);
      else if (message.type === 'function') hearFunction(message, delivery, at);
      else assertNever(message);
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      refuse(error.code, delivery, at);
      // A function that no node has is acknowledged and counted, as LegionIO does; a broken body is not.
      return error.code === 'UNKNOWN_FUNCTION' || error.code === 'NO_FUNCTION';
    }
  };

  return {
    /** For our observer queue: everything that passes exchange `node`. */
    watch: (delivery: Delivery): void => {
      take(delivery);
    },

    /**
     * For our node queue. What came through exchange `node` the observer queue has told already; what was sent to us
     * alone (default exchange) is told here. Never requeues: what cannot be read once cannot be read twice.
     */
    work(delivery: Delivery): Disposition {
      if (delivery.exchange === '') return take(delivery) ? 'ack' : 'reject';
      try {
        decodeDelivery(delivery, clusterKeys());
        return 'ack';
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return error.code === 'UNKNOWN_FUNCTION' || error.code === 'NO_FUNCTION' ? 'ack' : 'reject';
      }
    },

    /**
     * For a queue that nodes share: `act` says whether this message is ours now. What came through exchange `node`, or was
     * looked at before, has been told already. What we cannot read somebody else may.
     */
    share(delivery: Delivery, act: (message: HeardFunction) => boolean): 'ack' | 'reject' | 'pass' {
      const isTold = delivery.exchange !== '' || delivery.redelivered;
      const at = clock.now();
      let isOurs = true;
      try {
        const message = decodeDelivery(delivery, clusterKeys());
        if (message.type !== 'function') return 'ack';
        const use = (): void => void (isOurs = act(message));
        if (isTold) use();
        else hearFunction(message, delivery, at, use);
        return isOurs ? 'ack' : 'pass';
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        if (!isTold) refuse(error.code, delivery, at);
        if (error.code === 'UNKNOWN_FUNCTION' || error.code === 'NO_FUNCTION') return 'ack';
        return PASSED_ON.has(error.code) ? 'pass' : 'reject';
      }
    },

    /** Somebody looks at this node: its raw messages are kept from now on, for a while. */
    lookAt(name: string): { raw: string | null; broker: string | null } {
      const now = clock.uptime();
      for (const [other, look] of looks) if (look.until < now) looks.delete(other);
      const look = looks.get(name) ?? { until: 0, raw: null, broker: null };
      look.until = now + LOOK_MS;
      if (looks.size < MAX_LOOKS) looks.set(name, look);
      return look;
    },

    /** Something taken first turned out not to be usable. */
    refuseLate(code: Refusal, from: string | null, at: number): void {
      count(refused, code, at, from === null ? null : from.slice(0, 80));
    },

    counters: () => ({ messages, beats, refused, heard }),
  };
}
