/**
 * What screen readers are told unasked: the cluster's sentence politely, at most every ten seconds and only when
 * it changed in kind; our own link lost or back, a changed key, and a run held by its rule, at once. Passing words at the corner are said politely too.
 */
import { useEffect, useState } from 'react';
import { eventText, formatClock, text } from '../../shared/i18n/index.js';
import { useEvents } from '../store/events.js';
import { prefsStore } from '../store/prefs.js';
import { isPast, sessionStore, useSession } from '../store/session.js';
import { useUi } from '../store/ui.js';
import { runsStore } from '../store/runs.js';
import { overviewSentence } from '../parts/sentence.js';
import { runNews, type Told } from './run-news.js';

const EVERY_MS = 10_000;

export function Announcer() {
  const past = useSession(isPast);
  const [urgent, setUrgent] = useState('');
  const [was, setWas] = useState(past);
  if (was !== past) {
    setWas(past);
    const asOf = sessionStore.getState().live?.link.asOf ?? Date.now();
    setUrgent(past ? text('banner.lost', { at: formatClock(asOf) }) : text('link.live'));
  }
  const changed = useFreshChange();
  const [wasChanged, setWasChanged] = useState(changed);
  if (wasChanged !== changed) {
    setWasChanged(changed);
    if (changed !== '') setUrgent(changed);
  }
  const runs = useRunNews();
  const toast = useUi((ui) => ui.toast);
  return (
    <>
      <div className="sr" role="status">
        <ClusterSentence />
      </div>
      <div className="sr" role="status">
        {runs.polite}
      </div>
      <div className="sr" role="alert">
        {urgent}
      </div>
      <div className="sr" role="alert">
        {runs.urgent}
      </div>
      <div role="status">{toast !== null && <div className="toast">{toast}</div>}</div>
    </>
  );
}

/** Of runs: progress and gates politely, what was held by rule or by a loss at once. Less on wish. */
function useRunNews(): { readonly polite: string; readonly urgent: string } {
  const [said, setSaid] = useState({ polite: '', urgent: '' });
  useEffect(() => {
    let told: Told | null = null;
    return sessionStore.subscribe(({ live }) => {
      if (!live) return;
      const news = runNews(told, live.changes.open, runsStore.getState().live);
      told = news.told;
      const polite = prefsStore.getState().announce === 'less' ? '' : news.polite;
      if (polite !== '' || news.urgent !== '')
        setSaid((old) => ({ polite: polite || old.polite, urgent: news.urgent || old.urgent }));
    });
  }, []);
  return said;
}

/** A pinned name that shows another key, said at once; what was there before the window opened is not news. */
function useFreshChange(): string {
  const [known, setKnown] = useState<number | null>(null);
  const isThere = useEvents((state) => state.seq > 0);
  const last = useEvents((state) => state.live.findLast((event) => event.kind === 'key.changed'));
  if (isThere && known === null) setKnown(last?.id ?? 0);
  return known !== null && last && last.id > known ? eventText(last) : '';
}

function ClusterSentence() {
  const [said, setSaid] = useState('');
  useEffect(() => {
    let kind = '';
    let saidAt = -EVERY_MS;
    return sessionStore.subscribe(({ live }) => {
      if (!live || live.mode === 'idle' || prefsStore.getState().announce === 'less') return;
      const { silent, late, troubled } = live.summary.counts;
      const now = [silent > 0, late > 0, troubled > 0, live.summary.settling].join();
      if (now === kind || performance.now() - saidAt < EVERY_MS) return;
      kind = now;
      saidAt = performance.now();
      setSaid(
        overviewSentence(live)
          .map((part) => (typeof part === 'string' ? part : part.text))
          .join(''),
      );
    });
  }, []);
  return said;
}
