/** Our own key in one quiet line under the sentence; it opens beside the list. */
import { text } from '../../../shared/i18n/index.js';
import { ShortFingerprint } from '../../components/index.js';
import { useTime } from '../../store/clock.js';
import { setParams } from '../../route.js';
import { formatDuration } from '../../../shared/i18n/index.js';
import { useOwnKey } from './OwnPanel.js';

const EVERY_MS = 10_000;

export function OwnLine() {
  const { own } = useOwnKey(EVERY_MS);
  const until = own?.rotation?.oldUntil ?? 0;
  const left = useTime((now) => (until === 0 ? '' : formatDuration(Math.max(0, until - now))));
  if (!own) return <p className="then own-line" />;
  const show = (): void => setParams({ key: 'own' });
  return (
    <p className="then own-line">
      {own.state === 'ready' && own.fingerprint !== null ? (
        <>
          <button type="button" className="verb-quiet" onClick={show}>
            {text('keyPage.own')}
          </button>{' '}
          <ShortFingerprint value={own.fingerprint} />
          <span>{text('keyPage.bits', { bits: own.bits ?? 0 })}</span>
          <span className="own-kept">{text(`keyPage.own.keptIn.${own.keptIn}`)}</span>
          {left !== '' && <span className="bdg info">{text('keyPage.own.rotating', { left })}</span>}
        </>
      ) : (
        text(`keyPage.own.${own.state === 'ready' ? 'none' : own.state}`)
      )}
    </p>
  );
}
