/** The cluster secret out of Vault, where the configuration says that it is there. */
import { describe, expect, it } from 'vitest';
import type { ClusterSecretPlace } from '../../../../app/main/services/vault/cluster-secret.js';
import { vaultStage } from '../../../support/vault-in-memory.js';

const SECRET = '0123456789abcdef'.repeat(4);
const OTHER = 'fedcba9876543210'.repeat(4);
const LEGION: ClusterSecretPlace = { mount: 'legion', path: null, field: null };

/** A console that is told where the secret is, and gets a token that may read it. */
async function reader(place: ClusterSecretPlace, configured = '') {
  const stage = vaultStage();
  stage.fake.policy('legion-node', {
    'legion/data/*': ['read'],
    'kv/*': ['read'],
    'sys/internal/ui/mounts/*': ['read'],
  });
  const node = await stage.console('reader', 'never', {
    vault: { settings: { ...stage.settings, clusterSecret: place }, http: stage.http },
    keys: { clusterSecret: configured },
  });
  const secret = () => node.keys.secrets.view().secret;
  const enter = async () => {
    await node.vault.enter(stage.aToken().id);
    await stage.pass(3);
  };
  return { ...stage, node, secret, enter };
}

describe('a cluster secret in Vault', () => {
  it.each([
    ['of framework 1.9', LEGION, 'legion', 'crypt', { cluster_secret: SECRET }],
    ['of framework 1.4', LEGION, 'legion', 'cluster', { secret: SECRET }],
    [
      'where the configuration says',
      { mount: 'kv', path: 'some/where', field: 'value' },
      'kv',
      'some/where',
      { value: SECRET },
    ],
  ] as const)('VC1 %s is held', async (_, place, mount, path, data) => {
    const { fake, secret, enter, node } = await reader(place);
    fake.secret(mount, path, data);
    await enter();
    expect(secret()).toMatchObject({ state: 'held', source: 'vault' });
    expect(JSON.stringify([node.eventsAll(), node.keys.secrets.view()])).not.toContain(SECRET);
    expect(node.kinds()).toContain('secret.held');
  });

  it('VC2 that differs from the one held is for a person to decide', async () => {
    const { fake, secret, enter } = await reader(LEGION, OTHER);
    fake.secret('legion', 'crypt', { cluster_secret: SECRET });
    await enter();
    expect(secret()).toMatchObject({ state: 'conflict', source: 'configuration' });
    expect(secret().candidates).toHaveLength(1);
  });

  it.each([
    ['that is not there', null, 'VAULT_MISSING'],
    ['that is no secret of LegionIO', { cluster_secret: 'hunter2' }, 'SECRET_FORM'],
    ['whose field is no text', { cluster_secret: { a: 1 } }, 'VAULT_MISSING'],
  ])('VC3 %s is told once, and looked for again each minute', async (_, data, why) => {
    const { fake, secret, enter, node, pass } = await reader(LEGION);
    if (data) fake.secret('legion', 'crypt', data);
    await enter();
    await pass(300);
    const told = node.eventsOf('secret.vault-failed');
    expect(told.map(({ facts }) => facts)).toEqual([{ code: why }]);
    const asked = fake.log.filter(({ path }) => path.startsWith('/v1/legion/data/crypt'));
    expect([asked.length >= 4, asked.length <= 7]).toEqual([true, true]);
    expect(secret().source).toBeNull();
    fake.secret('legion', 'crypt', { cluster_secret: SECRET });
    await pass(61);
    expect(secret()).toMatchObject({ state: 'held', source: 'vault' });
  });
});
