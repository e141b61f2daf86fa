/** What the parts of the changes service are handed. */
import type { ProfileKind } from '../../../shared/domain/session.js';
import type { EventLog } from '../../core/history/event-log.js';
import type { LegionNodes } from '../../core/changes/plan.js';
import type { LookAt } from '../../core/changes/run-state.js';
import type { Bus, Envelope } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Journals } from '../../ports/journal.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';

export type ChangeSettings = {
  /** Our own name on the bus. */
  readonly name: string;
  readonly profile: { readonly name: string; readonly kind: ProfileKind; readonly readOnly: boolean };
  /** Who sits here. */
  readonly user: string;
  /** A second person has to approve the broadest reach. */
  readonly secondPerson: boolean;
};

/** The cluster as the roster has it. */
export type Cluster = {
  readonly look: LookAt;
  /** Names that a filter finds, in order; a text: why it cannot be read. */
  readonly find: (filter: string) => readonly string[] | { readonly problem: string };
  readonly names: () => readonly string[];
  readonly isKnown: (name: string) => boolean;
  readonly skewMs: (name: string) => number | null;
  /** The nodes that lead a legion. */
  readonly lords: () => ReadonlySet<string>;
  /** The legions that are heard, with the nodes on their machines. */
  readonly legions: () => readonly LegionNodes[];
  /** A change that reloads it is on its way. */
  readonly expectReload: (name: string) => void;
  readonly differ: () => readonly string[];
};

export type ChangeDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly events: EventLog;
  readonly journals: Journals;
  /** Where only this user may read: values that look secret wait there until they are sent. */
  readonly secretStore: Store;
  readonly cluster: Cluster;
  /** Our own settings, in LegionIO's layout. */
  readonly ownSettings: () => Readonly<Record<string, unknown>>;
  /** Under the cluster secret where that is wanted. */
  readonly seal: (envelope: Envelope) => Envelope;
  readonly isLive: () => boolean;
  readonly isBlocked: () => boolean;
  readonly approvals: Approvals;
};

/** Signing with our key, and checking another console's signature. */
export type Approvals = {
  /** Base64 of an RSA-PSS signature over the text. Rejects with KEY_NONE. */
  readonly sign: (text: string) => {
    readonly signature: string;
    readonly fingerprint: string;
    readonly publicKey: string;
  };
  /** The name whose trusted key signed it. Throws APPROVAL_UNTRUSTED, APPROVAL_OWN or APPROVAL_WRONG. */
  readonly verify: (text: string, signature: string, publicKey: string) => string;
};
