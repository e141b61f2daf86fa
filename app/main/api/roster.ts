/** The roster and its nodes, for windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import { AppError } from '../../shared/errors/app-error.js';
import { asksForLeft, compileFilter, parseFilter } from '../../shared/filter/index.js';
import { emptyColumns, type RosterFrame } from '../../shared/domain/roster-frame.js';
import { frameSince, snapshotFrame } from '../core/roster/frames.js';
import { STATE } from '../core/roster/state.js';
import { beatAges, nodeDetail, nodeRow, rowOf, slotsInOrder } from '../core/roster/views.js';
import type { Clock } from '../ports/clock.js';
import type { NodeService } from '../services/node-service.js';
import type { SessionService } from '../services/session-service.js';
import { watchPaced } from '../services/watch.js';

type RosterApi = Pick<Api, 'roster.watch' | 'roster.beats' | 'node.list' | 'node.get' | 'node.forget'>;

export function rosterApi(session: SessionService, clock: Clock): RosterApi {
  /** The living node and the slot of a name. Throws AppError NODE_UNKNOWN. */
  const find = (name: string): { node: NodeService; slot: number } => {
    const node = session.node();
    const slot = node?.roster.state.byName.get(name);
    if (!node || slot === undefined) throw new AppError('NODE_UNKNOWN', 'no node of this name is known');
    return { node, slot };
  };
  const rosterTime = (node: NodeService): number => node.roster.rosterTime(clock.uptime());

  return {
    'roster.watch': (_input, signal) => {
      let generation = -1;
      let rev = 0;
      let seq = 0;
      return watchPaced<RosterFrame>(clock, signal, () => {
        const node = session.node();
        const at = clock.now();
        if (generation !== session.generation()) {
          generation = session.generation();
          seq += 1;
          if (!node) return { type: 'snapshot', seq, at, rows: emptyColumns() };
          rev = node.roster.state.rev;
          return snapshotFrame(node.roster.state, seq, at);
        }
        if (!node) return null;
        const frame = frameSince(node.roster.state, rev, seq + 1, at);
        if (frame) {
          rev = node.roster.state.rev;
          seq += 1;
        }
        return frame;
      });
    },

    'roster.beats': ({ names }) => {
      const node = session.node();
      const ago = names.map((name) => {
        const slot = node?.roster.state.byName.get(name);
        return node && slot !== undefined ? beatAges(node.roster.state, slot, rosterTime(node)) : [];
      });
      return Promise.resolve({ at: clock.now(), ago });
    },

    'node.list': async ({ filter: source, limit }) => {
      const at = clock.now();
      const node = session.node();
      const parsed = parseFilter(source ?? '');
      if (!parsed.ok) throw new AppError('FILTER_INVALID', parsed.message, { details: { at: parsed.at } });
      if (!node) return { at, total: 0, nodes: [] };
      const { state } = node.roster;
      const test = compileFilter(parsed.filter, at);
      const showLeft = asksForLeft(parsed.filter);
      const slots = slotsInOrder(state).filter(
        (slot) => (showLeft || state.columns.state[slot] !== STATE.left) && test(rowOf(state, slot)),
      );
      return {
        at,
        total: slots.length,
        nodes: slots.slice(0, limit ?? slots.length).map((slot) => nodeRow(state, slot)),
      };
    },

    'node.get': async ({ name }) => {
      const { node, slot } = find(name);
      return {
        ...nodeDetail(node.roster.state, slot, rosterTime(node)),
        ...pick(node.observer.lookAt(name)),
      };
    },

    'node.forget': async ({ name }) => {
      const { node } = find(name);
      node.roster.forget(name, clock.now());
      return { ok: true };
    },
  };
}

const pick = ({ raw, broker }: { raw: string | null; broker: string | null }) => ({ raw, broker });
