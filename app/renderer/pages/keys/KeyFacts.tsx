/** What is known of a key beside its fingerprint: when and in what it was seen, and who else has it. */
import type { ReactNode } from 'react';
import type { KeyDetail, KeyRow } from '../../../shared/domain/key.js';
import { formatAge, formatMoment, text, visible } from '../../../shared/i18n/index.js';
import { Button } from '../../components/index.js';
import { copyText } from '../../parts/acting.js';
import { At, NodeLink, Since } from '../../parts/index.js';
import { usePrefs } from '../../store/prefs.js';

const NAMED = 5;

type Props = { readonly row: KeyRow; readonly detail: KeyDetail | null };

export function KeyFacts({ row, detail }: Props) {
  const seenIn = detail?.seenIn.slice(0, NAMED) ?? [];
  const facts: (readonly [string, ReactNode] | null)[] = [
    [text('keyPage.col.firstSeen'), <Moment key="first" at={row.firstSeenAt} />],
    [text('keyPage.col.lastSeen'), <Moment key="last" at={row.lastSeenAt} />],
    seenIn.length === 0
      ? null
      : [
          text('keyPage.seenIn'),
          <span key="seen" className="t2">
            {seenIn.map((one, i) => (
              <span key={`${one.message}${one.at}`}>
                {i > 0 && ', '}
                {visible(one.message, 40)} <At at={one.at} precision="minute" />
              </span>
            ))}
          </span>,
        ],
    row.sharedWith.length === 0
      ? null
      : [
          text('keyPage.sharedWith'),
          <span key="shared" className="shared-with">
            {row.sharedWith.map((name) => (
              <NodeLink key={name} name={name} />
            ))}
          </span>,
        ],
    row.bits === null || !row.weak
      ? null
      : [text('keyPage.strength'), text('keyPage.weak', { bits: row.bits })],
  ];
  return (
    <dl className="facts key-facts">
      {facts
        .filter((fact) => fact !== null)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      {detail?.pem && (
        <div>
          <dt>{text('keyPage.pem')}</dt>
          <dd>
            <Button look="quiet" className="flush" onClick={() => copyText(detail.pem ?? '')}>
              {text('keyPage.pem.copy')}
            </Button>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Moment({ at }: { readonly at: number | null }) {
  const utc = usePrefs((prefs) => prefs.utc);
  if (at === null) return <span className="t3">–</span>;
  return (
    <span title={formatMoment(at, utc)}>
      <Since at={at} format={(age) => text('row.healthy', { age: formatAge(age) })} />
    </span>
  );
}
