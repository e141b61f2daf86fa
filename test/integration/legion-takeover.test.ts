/**
 * The classic use of a legion: one address that is always on the lord, put there by its lord hooks and taken away by its
 * unlord and death hooks. After every fault it is on the lord and on nobody else who lives.
 */
import { expect, it, onTestFinished } from 'vitest';
import type { HookEvent } from '../../app/shared/domain/legion.js';
import { describeInNamespaces } from '../support/describe-with-uwsgi.js';
import { aStage, type Seat, type Stage } from '../support/legion-stage.js';
import { aNetwork, INTERFACE, type Network } from '../support/netns.js';
import { until } from '../support/until.js';

const SHARED = '10.77.0.200';
const LABELS = ['r1', 'r2', 'o1'] as const;
const release = `ip addr del ${SHARED}/32 dev ${INTERFACE}`;
const HOOKS: readonly (readonly [HookEvent, string])[] = [
  [
    'lord',
    `ip addr add ${SHARED}/32 dev ${INTERFACE} && arping -q -c 1 -w 1 -U -I ${INTERFACE} ${SHARED}; true`,
  ],
  ['unlord', release],
  ['death', `${release} 2>/dev/null; true`],
];

const holders = (network: Network): string[] =>
  LABELS.filter((label) => network.addresses(label).includes(SHARED));

/** Waits until this one leads, and the address is on it alone. */
async function isOnlyOn(stage: Stage, seat: Seat, among?: Seat[]): Promise<void> {
  await stage.onlyLord(seat, 20_000, among);
  const { network } = stage;
  await until(() => network && holders(network).join() === seat.label).catch((cause: unknown) => {
    throw new Error(`the address is on ${network && holders(network).join()}`, { cause });
  });
}

async function aCluster(valor: number) {
  const network = aNetwork(...LABELS);
  const stage = await aStage(LABELS, {}, network);
  onTestFinished(stage.end);
  const r1 = await stage.real('r1', 90, HOOKS);
  const r2 = await stage.real('r2', 80, HOOKS);
  const o1 = await stage.served('o1', valor, HOOKS);
  return { stage, network, r1, r2, o1 };
}

describeInNamespaces('the address of the lord', () => {
  it('goes to us when their lord loses its power, and a real one hears of it', async () => {
    const { stage, network, r1, r2, o1 } = await aCluster(85);
    await isOnlyOn(stage, r1);
    stage.fell('r1');
    network.destroy('r1');
    await isOnlyOn(stage, o1, [o1, r2]);
    const hooks = (await o1.get()).hooks.filter(({ event }) => event === 'lord');
    expect(hooks.map(({ last }) => last?.ok)).toEqual([true, true]);
  });

  it('goes to them when our machine loses its power', async () => {
    const { stage, network, r1, r2, o1 } = await aCluster(99);
    await isOnlyOn(stage, o1);
    stage.fell('o1');
    network.destroy('o1');
    await isOnlyOn(stage, r1, [r1, r2]);
  });

  it('goes to us when their lord is stopped, and to them when we are', async () => {
    const { stage, network, r1, r2, o1 } = await aCluster(85);
    await isOnlyOn(stage, r1);
    await r1.uwsgi.stop();
    await isOnlyOn(stage, o1, [o1, r2]);
    await o1.served.stop();
    await isOnlyOn(stage, r2, [r2]);
    expect(holders(network)).toEqual(['r2']);
  });

  it('goes to them when we step down or take a lower valor, and comes back', async () => {
    const { stage, r1, o1 } = await aCluster(99);
    await isOnlyOn(stage, o1);
    await o1.served.call('legion.stepDown', { name: 'web' });
    await isOnlyOn(stage, r1);
    await o1.served.call('legion.return', { name: 'web' });
    await isOnlyOn(stage, o1);
    await o1.role('standby', 85);
    await isOnlyOn(stage, r1);
  });

  it('is let go by one that was stopped in the middle as soon as it goes on', async () => {
    const { stage, network, r1, r2, o1 } = await aCluster(99);
    await isOnlyOn(stage, o1);
    stage.fell('o1');
    network.split('o1');
    o1.served.pause();
    await until(async () => (await r1.isLord()) && network.addresses('r1').includes(SHARED), 15_000);
    expect(await r2.isLord()).toBe(false);
    network.heal();
    stage.rose('o1');
    o1.served.goOn();
    await isOnlyOn(stage, o1);
    expect(network.addresses('r1')).not.toContain(SHARED);
  });
});
