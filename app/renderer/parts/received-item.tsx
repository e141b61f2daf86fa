/** One change that somebody pushed to this console: who says so, what it would do here, the decision, the outcome. */
import type { Received } from '../../shared/domain/received.js';
import { formatMoment, text, visible, visibleBlock, whatText } from '../../shared/i18n/index.js';
import { Button, Foreign } from '../components/index.js';
import { ask } from '../store/connection.js';
import { usePrefs } from '../store/prefs.js';
import { ActError, useActing, useMay } from './acting.js';
import { Value } from './confirm-diff.js';

const TONES: Readonly<Record<Received['state'], string>> = {
  waiting: 'info',
  working: 'info',
  applied: '',
  failed: 'lost',
  refused: '',
  undone: '',
};

export function ReceivedItem({ item }: { readonly item: Received }) {
  const may = useMay();
  const acting = useActing();
  const utc = usePrefs((prefs) => prefs.utc);
  const what = whatText(item.what);
  const decide = (accept: boolean): void => acting.run(() => ask('receive.decide', { id: item.id, accept }));
  return (
    <li className="received-item" data-state={item.state} aria-label={what}>
      <div className="row received-head">
        <span className="b6 el">{what}</span>
        <span className={`bdg ${TONES[item.state]}`.trim()}>{text(`received.state.${item.state}`)}</span>
        <span className="sp" />
        <time className="t3 lab nw">{formatMoment(item.at, utc).slice(0, 19)}</time>
      </div>
      <p className="t2 lab">
        {item.from === null ? (
          text('receivedPage.from.nobody')
        ) : (
          <>
            {text('receivedPage.from')} <Foreign max={40}>{item.from}</Foreign>.{' '}
            {text('receivedPage.unsigned')}
          </>
        )}{' '}
        {text(`receivedPage.audience.${item.audience}`)}
        {item.kind === 'message' && ` ${text('receivedPage.message')}`}
        {item.what.kind === 'settings' && item.what.restart && ` ${text('receivedPage.restart')}`}
      </p>
      {item.changes.length > 0 && <Changes changes={item.changes} />}
      {item.detail !== null && <p className="t2 wrap">{visible(item.detail, 400)}</p>}
      {item.error !== null && <p className="wrap received-error">{visible(item.error, 600)}</p>}
      {item.output !== null && (
        <details>
          <summary className="t2 lab">{text('receivedPage.output')}</summary>
          <pre className="mono body-text" tabIndex={0}>
            {visibleBlock(item.output, 8000)}
          </pre>
        </details>
      )}
      <ActError error={acting.error} />
      {may.act && item.state === 'waiting' && (
        <div className="row received-do">
          <Button look="primary" disabled={acting.isBusy} onClick={() => decide(true)}>
            {text(item.kind === 'gem' ? 'receivedPage.install' : 'receivedPage.accept')}
          </Button>
          <Button disabled={acting.isBusy} onClick={() => decide(false)}>
            {text('receivedPage.refuse')}
          </Button>
        </div>
      )}
      {may.act && item.canUndo && (
        <div className="row received-do">
          <Button
            disabled={acting.isBusy}
            onClick={() => acting.run(() => ask('receive.undo', { id: item.id }))}
          >
            {text('receivedPage.undo')}
          </Button>
        </div>
      )}
    </li>
  );
}

function Changes({ changes }: { readonly changes: Received['changes'] }) {
  return (
    <div className="diff-box" tabIndex={0} role="group" aria-label={text('confirm.diff')}>
      <table className="plain diff">
        <thead>
          <tr>
            <th scope="col">{text('confirm.diff.key')}</th>
            <th scope="col">{text('receivedPage.before')}</th>
            <th scope="col">{text('confirm.diff.after')}</th>
            <th scope="col">{text('confirm.diff.effect')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.path}>
              <th scope="row" className="mono wrap">
                {visible(change.path, 120)}
              </th>
              <td>
                {change.before === null ? (
                  <span className="t3">{text('receivedPage.nothing')}</span>
                ) : (
                  <Value value={change.before} isOld />
                )}
              </td>
              <td>
                <Value value={change.after} isNew />
              </td>
              <td className={change.takesEffect ? 'nw' : 't3'}>
                {text(change.takesEffect ? 'receivedPage.effect.yes' : 'receivedPage.effect.no')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
