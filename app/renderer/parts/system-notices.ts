/**
 * Notifications of the system, off until switched on in Settings. A title never holds foreign text; a click brings the
 * window to the front and opens what it is about. A storm is one summary.
 */
import { text } from '../../shared/i18n/index.js';
import type { Notice } from '../store/notices.js';
import { prefsStore } from '../store/prefs.js';
import { noticeText } from './notice-text.js';

const STORM = 5;
const STORM_MS = 60_000;

let shown: readonly number[] = [];

/** Whether this window may show any at all; where the system has none, there is nothing to switch on. */
export const systemNoticesAre = (): 'there' | 'denied' | 'missing' =>
  typeof Notification === 'undefined' ? 'missing' : Notification.permission === 'denied' ? 'denied' : 'there';

/** Asks the system; true when it agrees. To be called from a click. */
export async function askForSystemNotices(): Promise<boolean> {
  if (systemNoticesAre() === 'missing') return false;
  return (await Notification.requestPermission()) === 'granted';
}

export function showOnSystem(fresh: readonly Notice[]): void {
  const isOn = prefsStore.getState().systemNotices && systemNoticesAre() === 'there';
  if (!isOn || Notification.permission !== 'granted') return;
  const now = Date.now();
  shown = shown.filter((at) => Math.abs(now - at) < STORM_MS);
  const room = Math.max(0, STORM - shown.length);
  const summaries = fresh.filter(({ names }) => names !== null);
  // Who has the window in front sees for himself that a change is over.
  const isSeen = document.hasFocus();
  const single = fresh.filter(({ names, kind }) => names === null && !(isSeen && kind === 'run.done'));
  const alone = single.length <= room ? single : [];
  for (const notice of [...summaries, ...alone]) {
    const { title, body, href } = noticeText(notice);
    show(title, body, notice.id, href);
  }
  if (alone.length < single.length)
    show(text('notice.storm', { count: single.length }), text('notice.storm.body'), 'storm', '#/overview');
  shown = [...shown, ...fresh.map(() => now)];
}

function show(title: string, body: string, tag: string, href: string): void {
  const one = new Notification(title, { body, tag });
  one.onclick = () => {
    window.focus();
    location.hash = href;
    one.close();
  };
}
