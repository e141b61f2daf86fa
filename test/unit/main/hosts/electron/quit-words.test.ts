/** What is asked before the desktop app ends. */
import { describe, expect, it } from 'vitest';
import { quitQuestion } from '../../../../../app/main/hosts/electron/quit-words.js';
import type { Session } from '../../../../../app/shared/domain/session.js';

type Open = Pick<Session, 'changes' | 'legions'>;
const run = (state: string) => ({ state, wave: 3, waveCount: 4 }) as Open['changes']['open'][number];
const legion = (name: string, isLord: boolean) => ({ name, isLord }) as Open['legions'][number];
const open = (runs: Open['changes']['open'], legions: Open['legions']): Open => ({
  changes: { open: runs, asked: 0 },
  legions,
});

describe('quitting', () => {
  it('asks nothing where nothing runs and nothing is led', () => {
    expect(quitQuestion(open([run('held'), run('waiting')], [legion('web', false)]))).toBeNull();
  });
  it('tells of the change that it would hold', () => {
    expect(quitQuestion(open([run('running')], []))).toMatchObject({
      message: 'A change is running (wave 3 of 4). Quitting holds it.',
      buttons: ['Hold and quit', 'Keep running in the background', 'Cancel'],
    });
    expect(quitQuestion(open([run('running'), run('running')], []))?.message).toContain(
      '2 changes are running',
    );
  });
  it('tells of the legions that it would hand over, as text only', () => {
    const asked = quitQuestion(open([run('running')], [legion('web', true), legion('a\u202eb', true)]));
    expect(asked?.message).toMatch(/running[^]*lord of web, a.+b\./);
    expect(asked?.message).not.toContain('\u202e');
    expect(asked?.buttons[0]).toBe('Hand over and quit');
  });
});
