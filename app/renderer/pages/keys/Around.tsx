/** What else happened when a key came: the events around it, on one line each, and whether one or two machines beat. */
import type { KeyDetail, KeyRow } from '../../../shared/domain/key.js';
import { eventText, text, visible } from '../../../shared/i18n/index.js';
import { StatusMark, TrustMark } from '../../components/index.js';
import { At, eventMark } from '../../parts/index.js';
import { useEvents } from '../../store/events.js';

const MOST = 8;
/** Shown once more, and not the same showing heard on two ways. */
const AGAIN_MS = 5000;

export function Around({ row, detail }: { readonly row: KeyRow; readonly detail: KeyDetail | null }) {
  const events = useEvents((state) => state.shown);
  const wanted = new Set(detail?.around.map((one) => one.eventId) ?? []);
  const found = events.filter((event) => wanted.has(event.id)).slice(-MOST);
  const last = detail?.seenIn[0];
  const again =
    row.trust === 'changed' && last && last.at > (row.firstSeenAt ?? last.at) + AGAIN_MS ? last : null;
  const pids = detail?.pids ?? [];
  return (
    <section>
      <h3 className="h2">{text('keyPage.around')}</h3>
      <ul className="around">
        {found.map((event) => {
          const isKey = event.kind.startsWith('key.');
          return (
            <li key={event.id}>
              <span className="t3 num">
                <At at={event.at} />
              </span>
              {isKey ? (
                <TrustMark trust={event.kind === 'key.changed' ? 'changed' : 'new'} />
              ) : (
                <StatusMark state={eventMark(event.kind)} />
              )}
              <span className="el" title={eventText(event)}>
                {event.kind === 'key.changed' ? text('keyPage.around.changed') : eventText(event)}
              </span>
            </li>
          );
        })}
        {detail !== null && found.length === 0 && (
          <li className="plain-line t2">{text('keyPage.around.none')}</li>
        )}
        {again && (
          <li>
            <span className="t3 num">
              <At at={again.at} />
            </span>
            <TrustMark trust={row.trust} isQuiet />
            <span className="el">
              {text('keyPage.around.again', { message: visible(again.message, 40) })}
            </span>
          </li>
        )}
        {row.trust === 'changed' && detail !== null && (
          <li>
            <span className="t3">{text('keyPage.around.since')}</span>
            <StatusMark state={pids.length > 1 ? 'silent' : 'unheard'} />
            <span className="el">
              {pids.length > 1
                ? text('keyPage.around.two', { pids: pids.join(', ') })
                : text('keyPage.around.one')}
            </span>
          </li>
        )}
      </ul>
    </section>
  );
}
