/** The last column of a run's table: what the node said, or what is known instead. Foreign words are made visible. */
import type { RunTarget } from '../../shared/domain/change.js';
import { formatAge, text, visible } from '../../shared/i18n/index.js';

export type Detail = { readonly words: string; readonly tone: '' | 't2' | 't3' | 'c-lost' };

const MAX = 300;

export function detailOf(row: RunTarget, now: number): Detail {
  const notes = notesOf(row);
  const plus = (words: string): string => [words, ...notes].filter(Boolean).join(' · ');
  if (row.error !== null && row.error !== '') {
    const isBad = row.state === 'failed' || row.state === 'undeliverable' || row.state === 'regressed';
    return { words: plus(visible(row.error, MAX)), tone: isBad ? 'c-lost' : 't2' };
  }
  if (row.why !== null)
    return { words: plus(text(`why.${row.why}`)), tone: row.state === 'regressed' ? 'c-lost' : 't2' };
  if (row.state === 'sent' && row.deadlineAt !== null) {
    const left = row.deadlineAt - now;
    return {
      words: plus(left > 0 ? text('run.deadline', { age: formatAge(left) }) : text('run.deadline.over')),
      tone: 't2',
    };
  }
  return { words: plus(row.detail === null ? '' : visible(row.detail, MAX)), tone: 't3' };
}

/** What a person should know besides, in the order of weight. */
function notesOf(row: RunTarget): string[] {
  return [
    row.unsure ? text('run.note.unsure') : '',
    row.contradicted !== null ? text('run.note.contradicted', { word: visible(row.contradicted, 120) }) : '',
    row.late ? text('run.note.late') : '',
    row.shared ? text('run.note.shared') : '',
  ].filter(Boolean);
}
