/** Keys, the cluster secret and who asks for it, for windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import { AppError } from '../../shared/errors/app-error.js';
import type { KeyFrame } from '../../shared/domain/key.js';
import type { Secrets } from '../../shared/domain/secret.js';
import { createKeyring } from '../core/keyring/keyring.js';
import { countsOf, keyFrameSince, keySnapshot } from '../core/keyring/keyring-views.js';
import type { Clock } from '../ports/clock.js';
import type { KeyService } from '../services/keys/index.js';
import type { NodeService } from '../services/node-service.js';
import type { SessionService } from '../services/session-service.js';
import { watchPaced } from '../services/watch.js';

type KeysApi = Pick<Api, Extract<keyof Api, `key.${string}` | `secret.${string}` | `request.${string}`>>;

const OK = { ok: true } as const;
const NOBODY = createKeyring({ maxNames: 0 });

export function keysApi(session: SessionService, clock: Clock): KeysApi {
  const nodeNow = (): NodeService => {
    const node = session.node();
    if (!node) throw new AppError('BUS_NOT_CONNECTED', 'connected to nothing');
    return node;
  };
  const keysNow = (): KeyService => nodeNow().keys;
  /** For whatever sends or decides: a profile that only watches does neither. */
  const keysToChange = (): KeyService => {
    const keys = keysNow();
    if (session.current().profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
    return keys;
  };
  const done = async (work: Promise<unknown> | void): Promise<typeof OK> => {
    await work;
    return OK;
  };
  const nothing = (): Secrets => ({
    at: clock.now(),
    policy: 'never',
    secret: {
      ...{ state: 'wanted', since: 0, id: null, source: null, from: null, fromFingerprint: null },
      ...{ fromTrust: null, check: null, askedAt: null, askedCount: 0, answerBy: null, outcome: null },
      ...{ outcomeAt: null, candidates: [], previous: null, holders: [], handover: null },
    },
    requests: [],
  });
  const secretsNow = (): Secrets => session.node()?.keys.secrets.view() ?? nothing();

  return {
    'key.watch': (_input, signal) => {
      let generation = -1;
      let rev = 0;
      let own: string | null = null;
      let seq = 0;
      return watchPaced<KeyFrame>(clock, signal, () => {
        const keys = session.node()?.keys;
        const keyring = keys?.keyring ?? NOBODY;
        const ours = keys?.ownRow() ?? null;
        const at = clock.now();
        // Another cluster, or another key of ours whose old row has to go: only a fresh picture says that.
        const isNew = generation !== session.generation() || own !== (ours?.key.fingerprint ?? null);
        if (!isNew && rev === keyring.rev()) return null;
        const before = rev;
        [generation, rev, own] = [session.generation(), keyring.rev(), ours?.key.fingerprint ?? null];
        seq += 1;
        return isNew ? keySnapshot(keyring, ours, seq, at) : keyFrameSince(keyring, ours, before, seq, at);
      });
    },
    'key.list': async () => {
      const keys = session.node()?.keys;
      return {
        at: clock.now(),
        counts: keys?.picture().counts ?? countsOf(NOBODY, null),
        keys: keys?.rows() ?? [],
      };
    },
    'key.get': async ({ name, fingerprint }) => keysNow().detail(name, fingerprint),
    'key.trust': ({ name, fingerprint, verifiedBy, proof }) =>
      done(keysToChange().trust(name, fingerprint, verifiedBy, proof)),
    'key.trustMany': async ({ pairs, verifiedBy, from, to }) =>
      keysToChange().trustMany(pairs, verifiedBy, from, to),
    'key.refuse': ({ name, fingerprint }) => done(keysToChange().refuse(name, fingerprint)),
    'key.keep': ({ name, fingerprint }) => done(keysToChange().keep(name, fingerprint)),
    'key.forget': ({ name, fingerprint }) => done(keysToChange().forget(name, fingerprint)),
    'key.export': async () => ({ text: keysNow().exportPins() }),
    'key.import': async ({ text }) => keysToChange().importPins(text),
    'key.ask': () => done(keysToChange().askForKeys()),
    'key.announce': () => done(keysToChange().announce()),
    'key.askToForget': ({ name }) => done(keysToChange().askToForget(name)),
    'key.own': async () => keysNow().own(),
    'key.rotate': async ({ bits }) => {
      await keysToChange().rotate(bits);
      return keysNow().own();
    },
    'key.rotate.undo': async () => {
      await keysToChange().undoRotation();
      return keysNow().own();
    },
    'key.rotate.finish': async () => {
      await keysToChange().finishRotation();
      return keysNow().own();
    },

    'secret.watch': (_input, signal) => {
      let last = '';
      return watchPaced<Secrets>(clock, signal, () => {
        const now = secretsNow();
        const text = JSON.stringify({ ...now, at: 0 });
        if (text === last) return null;
        last = text;
        return now;
      });
    },
    'secret.get': async () => secretsNow(),
    'secret.ask': async () => ({ asked: await keysToChange().secrets.ask() }),
    'secret.adopt': async ({ id }) => done(keysToChange().secrets.adopt(id)),
    'secret.dismiss': async ({ id }) => done(keysToChange().secrets.dismiss(id)),
    'secret.set': async ({ secret }) => done(keysToChange().secrets.set(secret)),
    'secret.rotate': async ({ first }) => done(keysToChange().secrets.rotate(first ?? false)),
    'secret.policy': async ({ policy }) => done(keysToChange().secrets.setPolicy(policy)),
    'request.give': async ({ id }) => done(keysToChange().secrets.give(id)),
    'request.refuse': async ({ id }) => done(keysToChange().secrets.refuse(id)),
  };
}
