/** What about keys and secrets needs a person, beside what the roster says of nodes. */
import { EXPIRES_SOON_MS } from '../../shared/domain/identity.js';
import type { Need } from '../../shared/domain/session.js';
import type { NodeService } from './node-service.js';

export const SEVERITIES: readonly Need['severity'][] = ['alarm', 'warning', 'note'];
const MAX_NAMES = 50;

export const needOf = (
  kind: Need['kind'],
  severity: Need['severity'],
  since: number,
  names: readonly string[],
): Need => ({
  id: kind,
  kind,
  severity,
  since,
  count: Math.max(1, names.length),
  names: names.slice(0, MAX_NAMES),
  group: null,
  filter: null,
});

export function keyNeeds({ keys, settings }: Pick<NodeService, 'keys' | 'settings'>, now: number): Need[] {
  const needs: Need[] = [];
  const { alarms } = keys.picture();
  if (alarms.length > 0) {
    const since = Math.min(...alarms.map((pair) => pair.firstSeenAt));
    needs.push(needOf('key-changed', 'alarm', since, [...new Set(alarms.map((pair) => pair.name))]));
  }
  const ownName = keys.ownNameUsed();
  if (ownName) needs.push(needOf('key-own-name', 'alarm', ownName.firstAt, [settings.identity.name]));
  const { secrets } = keys;
  const state = secrets.state();
  if (state === 'conflict' || state === 'offered')
    needs.push(needOf('secret-conflict', 'alarm', secrets.candidatesSince(), []));
  const waiting = secrets.waiting();
  if (waiting.length > 0) {
    const since = Math.min(...waiting.map((entry) => entry.stateAt));
    const names = [...new Set(waiting.map((entry) => entry.name))];
    const ofVault = waiting.filter(({ wants }) => wants !== 'cluster-secret').length;
    const wants = ofVault === waiting.length ? 'vault' : 'both';
    needs.push({ ...needOf('secret-asked', 'warning', since, names), ...(ofVault > 0 && { wants }) });
  }
  const { certificate } = settings;
  if (certificate && certificate.notAfter - now < EXPIRES_SOON_MS)
    needs.push(needOf('identity-expires', 'warning', certificate.notAfter - EXPIRES_SOON_MS, []));
  if (secrets.isMissing()) needs.push(needOf('secret-missing', 'warning', secrets.missingSince() ?? now, []));
  return needs;
}
