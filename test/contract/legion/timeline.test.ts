/**
 * A recorded minute of three real uWSGI nodes, played into the election machine: as one who only listens, and in the
 * seat of each of two of them. What the machine says must be what they logged, at the same packets.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createElection, type Effect, type Rules } from '../../../app/main/core/election/election.js';
import { whyOf } from '../../../app/main/core/election/why.js';
import { createPacketCipher } from '../../../app/main/core/protocol/uwsgi/cipher.js';
import { openPacket } from '../../../app/main/core/protocol/uwsgi/packet.js';

type Timeline = {
  readonly legion: string;
  readonly cipher: string;
  readonly secret: string;
  readonly iv_text: string;
  readonly events: readonly {
    readonly t_ms: number;
    readonly node: string;
    readonly event: string;
    readonly peer?: string;
  }[];
  readonly packets: readonly { readonly t_ms: number; readonly hex: string }[];
};
const timeline = JSON.parse(
  readFileSync(new URL('../vectors/uwsgi-legion/timeline-3-nodes.json', import.meta.url), 'utf8'),
) as Timeline;
const cipher = createPacketCipher({ ...timeline, iv: timeline.iv_text });
const heard = timeline.packets.map(({ t_ms: at, hex }) => {
  const opened = openPacket(Buffer.from(hex, 'hex'), {
    ...{ cipher, legion: timeline.legion, self: null, nowS: 1_795_232_760, skewS: 600, maxFutureS: 600 },
  });
  if (!opened.ok) throw new Error(opened.words);
  return { at, announcement: opened.announcement };
});

const RULES: Rules = {
  ...{
    freqMs: 3_000,
    toleranceMs: 15_000,
    quorum: 0,
    deathOnLordErrorMs: 0,
    unlordAfterMs: 0,
    watches: false,
  },
};

/** Plays what was recorded, with looks at the clock in between. `seat`: whose place we take, from when to when. */
function play(seat: { name: string; from: number; to: number } | null) {
  const own = heard.find(
    ({ announcement: { name }, at }) => name === seat?.name && at > seat.from,
  )?.announcement;
  const self = own ?? { name: 'ears', valor: 0, uuid: 'f'.repeat(36), pid: 1 };
  const election = createElection(self, { ...RULES, watches: !seat }, seat?.from ?? 0);
  const story: string[] = [];
  const lords: string[] = [];
  const take = (effects: readonly Effect[], at: number): void => {
    for (const effect of effects) {
      if (effect.type === 'joined') story.push(`${at} joined ${effect.peer.name}`);
      if (effect.type === 'left') story.push(`${at} left ${effect.peer.name} ${effect.how}`);
      if (effect.type === 'unlorded') story.push(`${at} unlorded`);
      if (effect.type === 'won') {
        story.push(`${at} won`);
        take(election.lordHooksDone(true, at, 1), at);
      }
    }
    const why = whyOf({
      ...election.view(),
      self: seat ? self : null,
      peers: election.peers().values(),
      quorum: 0,
    });
    const lord = why.kind === 'lord' ? why.lord.name : why.kind;
    if (lords.at(-1)?.split(' ')[1] !== lord) lords.push(`${at} ${lord}`);
  };
  let looked = seat?.from ?? 0;
  const until = seat?.to ?? 80_000;
  for (const { at, announcement } of [...heard, { at: until, announcement: null }]) {
    for (; looked < Math.min(at, until); looked += 10) take(election.tick(looked), looked);
    if (at >= until) break;
    if (!announcement || announcement.name === seat?.name || at < (seat?.from ?? 0)) continue;
    take(election.hear({ announcement, skewMs: 0 }, at).effects, at);
  }
  return { story, lords };
}

/** When a real node logged this, ms. */
const logged = (node: string, event: string): number[] =>
  timeline.events
    .filter((each) => each.node === node && each.event.startsWith(event))
    .map(({ t_ms: at }) => at);

describe('the recorded minute of three real nodes', () => {
  it('as one who listens: who comes, who goes and how, who leads', () => {
    const { story, lords } = play(null);
    expect(story.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'joined node1',
      'joined node2',
      'joined node3',
      'left node1 silent',
      'left node2 dead',
      'joined node1',
      'left node3 dead',
      'left node1 dead',
    ]);
    expect(lords.map((line) => line.split(' ')[1]).filter((lord) => lord?.startsWith('node'))).toEqual(
      expect.arrayContaining(['node1', 'node2', 'node3']),
    );
  });

  it('in the seat of node2: it wins with the very packet that made the real one win', () => {
    const { story } = play({ name: 'node2', from: 1_130, to: 44_200 });
    const won = story.filter((line) => line.endsWith(' won')).map((line) => parseInt(line, 10));
    expect(won).toEqual([expect.closeTo(logged('node2', 'lord attempt')[0]!, -1)]);
  });

  it('in the seat of node3: it follows at once, is deposed when the real one was, and lets nobody stay too long', () => {
    const { story } = play({ name: 'node3', from: 1_870, to: 64_250 });
    const at = (words: string): number => parseInt(story.find((line) => line.endsWith(words)) ?? '', 10);
    expect(at('joined node1')).toBe(3_127);
    expect(at('joined node2')).toBe(4_140);
    // The real node looks once per period; we look when the time has come.
    expect(at('left node1 silent')).toBeGreaterThan(15_171 + 15_000);
    expect(at('left node1 silent')).toBeLessThanOrEqual(logged('node3', 'node-left')[0]!);
    expect(at('left node2 dead')).toBe(44_205);
    expect(at('won')).toBeLessThanOrEqual(logged('node3', 'lord attempt')[0]!);
    expect(at('unlorded')).toBe(logged('node3', 'deposed')[0]!);
  });
});
