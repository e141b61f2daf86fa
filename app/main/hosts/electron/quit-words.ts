/** What quitting would end, in words. Pure. */
import type { Session } from '../../../shared/domain/session.js';
import { text, visible } from '../../../shared/i18n/index.js';

/** In the order of the buttons; the last is what Escape means. */
export const QUIT_ANSWERS = ['quit', 'background', 'cancel'] as const;
export type QuitAnswer = (typeof QUIT_ANSWERS)[number];

export type QuitQuestion = {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
};

/** null: nothing is open, and quitting needs no word. */
export function quitQuestion({
  changes,
  legions,
}: Pick<Session, 'changes' | 'legions'>): QuitQuestion | null {
  const running = changes.open.filter(({ state }) => state === 'running');
  const led = legions.filter(({ isLord }) => isLord).map(({ name }) => visible(name, 40));
  const [run] = running;
  const words: string[] = [];
  if (run)
    words.push(
      text('quit.running', { count: running.length, wave: run.wave, waves: Math.max(1, run.waveCount) }),
    );
  if (led.length > 0) words.push(text('quit.lord', { count: led.length, legions: led.join(', ') }));
  if (words.length === 0) return null;
  return {
    message: words.join('\n'),
    detail: text('quit.why', { lord: led.length > 0 ? 'yes' : 'no' }),
    buttons: [
      text(led.length > 0 ? 'quit.hand-over' : 'quit.hold'),
      text('quit.background'),
      text('quit.cancel'),
    ],
  };
}
