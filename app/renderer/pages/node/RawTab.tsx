/** The last message as it was heard: redacted and cut by the node, shown as text only. */
import { text, visibleBlock } from '../../../shared/i18n/index.js';
import { Button } from '../../components/index.js';
import { say } from '../../store/ui.js';
import type { TabProps } from './tab-props.js';

export function RawTab({ detail, heading: Heading }: TabProps) {
  const raw = detail.raw === null ? null : pretty(detail.raw);
  const copy = (): void =>
    void navigator.clipboard?.writeText(raw ?? '').then(() => say(text('shell.copied')));
  return (
    <>
      <div className="row" style={{ minHeight: 28 }}>
        <span className="t3 lab">{text(raw === null ? 'node.raw.none' : 'node.raw.note')}</span>
        <span className="sp" />
        {raw !== null && (
          <Button look="quiet" onClick={copy}>
            {text('shell.copy')}
          </Button>
        )}
      </div>
      {raw !== null && (
        <pre className="mono raw" tabIndex={0} aria-label={text('node.tab.raw')}>
          {raw}
        </pre>
      )}
      {detail.broker !== null && (
        <>
          <Heading className="h2" style={{ marginTop: 16 }}>
            {text('node.broker')}
          </Heading>
          <pre className="mono raw" tabIndex={0} aria-label={text('node.broker')}>
            {pretty(detail.broker)}
          </pre>
        </>
      )}
    </>
  );
}

/** Indented when it is JSON, as it is otherwise. */
function pretty(raw: string): string {
  try {
    return visibleBlock(JSON.stringify(JSON.parse(raw), null, 2), 16_000);
  } catch {
    return visibleBlock(raw, 16_000);
  }
}
