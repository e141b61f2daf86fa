/** Certificates of our own, for windows, scripts and the command line. What changes them is in the audit. */
import type { Api } from '../../shared/contract/contract.js';
import type { ConsoleEvent, EventKind } from '../../shared/domain/event.js';
import type { Identity } from '../../shared/domain/identity.js';
import type { Identities } from '../services/identities.js';

type IdentityApi = Pick<
  Api,
  'identity.list' | 'identity.import' | 'identity.request' | 'identity.complete' | 'identity.remove'
>;
type Audit = (kind: Extract<EventKind, `identity.${string}`>, facts: ConsoleEvent['facts']) => void;

export function identityApi(identities: Identities, audit: Audit): IdentityApi {
  const told =
    (kind: Parameters<Audit>[0]) =>
    (identity: Identity): Identity => {
      const { subject, issuer, fingerprint, id } = identity;
      audit(kind, { subject, issuer, fingerprint, id });
      return identity;
    };
  return {
    'identity.list': async () => ({ identities: await identities.list() }),
    'identity.import': (input) => identities.import(input).then(told('identity.imported')),
    'identity.request': (input) => identities.request(input).then(told('identity.requested')),
    'identity.complete': (input) => identities.complete(input).then(told('identity.imported')),
    async 'identity.remove'({ id }) {
      told('identity.removed')(await identities.remove(id));
      return { ok: true };
    },
  };
}
