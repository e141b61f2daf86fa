/** What the node said of itself, what it fell silent with, and what was noted about it. */
import { keyId } from '../../../shared/domain/key.js';
import type { NodeDetail } from '../../../shared/domain/node.js';
import {
  formatAge,
  formatDuration,
  formatInterval,
  formatMb,
  formatMoment,
  formatNumber,
  formatSkew,
  text,
  visible,
  wordText,
} from '../../../shared/i18n/index.js';
import { writeCondition } from '../../../shared/filter/index.js';
import { Foreign, ShortFingerprint, Spark, TrustWord } from '../../components/index.js';
import { EventLine, NodeLink, Since } from '../../parts/index.js';
import { href, nodesHref } from '../../route.js';
import { useEvents } from '../../store/events.js';
import { useKeyOfName } from '../../store/keys.js';
import { usePrefs } from '../../store/prefs.js';
import type { ReactNode } from 'react';
import type { TabProps } from './tab-props.js';

const NOTED = 8;
const NAMED = 3;

export function OverviewTab({ detail, heading: Heading }: TabProps) {
  return (
    <>
      <dl className="facts">
        {factsOf(detail).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {detail.silentWith.length > 0 && <Together detail={detail} heading={Heading} />}
      <Noted name={detail.name} heading={Heading} />
    </>
  );
}

/** Only what the node sends; what it does not send is not drawn as missing. */
function factsOf(detail: NodeDetail): readonly (readonly [string, ReactNode])[] {
  const { metrics } = detail;
  const isQuiet = detail.state === 'silent' || detail.state === 'late' || detail.state === 'left';
  const then = isQuiet && <span className="t3 aside">{text('node.word.then')}</span>;
  const pids = detail.pids.filter((pid) => pid !== detail.pid);
  const facts: (readonly [string, ReactNode] | null)[] = [
    [
      text('node.word'),
      detail.status === null ? (
        <span className="t3">{text('node.word.none')}</span>
      ) : (
        <>
          “<Foreign max={40}>{wordText(detail.status, 300)}</Foreign>”{then}
        </>
      ),
    ],
    detail.pid === null
      ? null
      : [
          text('node.pid'),
          <>
            <span className="num">{detail.pid}</span>
            {pids.length > 0 && (
              <span className="t3 aside">{text('node.pids', { pids: pids.join(', ') })}</span>
            )}
          </>,
        ],
    detail.version === null
      ? null
      : [
          text('node.version'),
          <>
            <Foreign max={30}>{detail.version}</Foreign>
            {detail.commonVersion && (
              <span className="t3 aside">
                {text('node.version.others', {
                  count: detail.commonVersion.count,
                  version: visible(detail.commonVersion.version, 20),
                })}
              </span>
            )}
          </>,
        ],
    metrics.uptimeS === null
      ? null
      : [
          text('node.uptime'),
          <>
            {formatDuration(metrics.uptimeS * 1000)}
            {isQuiet && <span className="t3 aside">{text('node.uptime.then')}</span>}
          </>,
        ],
    metrics.memoryMb === null
      ? null
      : [
          text('node.memory'),
          <>
            <span className="num">{formatMb(metrics.memoryMb)}</span>
            <Spark values={detail.memory} width={72} height={16} />
          </>,
        ],
    metrics.cpuUserS === null || metrics.cpuSystemS === null
      ? null
      : [
          text('node.cpu'),
          text('node.cpu.value', {
            user: formatDuration(metrics.cpuUserS * 1000),
            system: formatDuration(metrics.cpuSystemS * 1000),
          }),
        ],
    metrics.threads === null ? null : [text('node.threads'), formatNumber(metrics.threads)],
    metrics.extensions === null ? null : [text('node.extensions'), formatNumber(metrics.extensions)],
    metrics.workers === null ? null : [text('node.workers'), formatNumber(metrics.workers)],
    detail.hostname === null || detail.hostname === detail.name
      ? null
      : [
          text('node.host'),
          <Foreign key="host" max={40}>
            {detail.hostname}
          </Foreign>,
        ],
    [
      text('node.interval'),
      <>
        <span className="num">{formatInterval(detail.intervalMs)}</span>
        {detail.jitterMs !== null && (
          <span className="t3 aside num">
            {text('node.jitter', { jitter: formatDuration(detail.jitterMs) })}
          </span>
        )}
      </>,
    ],
    detail.skewMs === null
      ? null
      : [
          text('node.skew'),
          Math.abs(detail.skewMs) < 1000
            ? text('node.skew.none')
            : text('node.skew.value', { skew: formatSkew(detail.skewMs) }),
        ],
    [text('node.firstSeen'), <FirstSeen key="first" at={detail.firstSeenAt} />],
    [text('node.changes'), text('node.changes.value', { count: detail.changes })],
    [text('node.key'), <KeyLine key="key" name={detail.name} />],
  ];
  return facts.filter((fact) => fact !== null);
}

/** The key it shows now and what a person decided about it; the rest is on the page of keys. */
function KeyLine({ name }: { readonly name: string }) {
  const row = useKeyOfName(name);
  if (!row) return <span className="t3">{text('keyPage.none')}</span>;
  return (
    <a className="row node-key" href={href('/keys', { key: keyId(row) })} title={text('node.key.show')}>
      <TrustWord trust={row.trust} isQuiet={row.kept} />
      {row.fingerprint === null ? (
        <span className="t3">{text('keyPage.none')}</span>
      ) : (
        <ShortFingerprint value={row.fingerprint} />
      )}
    </a>
  );
}

function FirstSeen({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return (
    <span title={formatMoment(at, utc)}>
      <Since at={at} format={(age) => text('row.healthy', { age: formatAge(age) })} />
    </span>
  );
}

function Together({ detail, heading: Heading }: TabProps) {
  const names = detail.silentWith.slice(0, NAMED);
  const more = detail.silentWith.length - names.length;
  return (
    <section>
      <Heading className="h2">{text('node.together')}</Heading>
      <p className="t2">
        {names.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <NodeLink name={name} />
          </span>
        ))}
        {text('node.together.list', { names: '', more })}{' '}
        <a
          className="verb"
          href={nodesHref(writeCondition('name', [detail.name, ...detail.silentWith].slice(0, 40)))}
        >
          {text('node.together.show')}
        </a>
      </p>
    </section>
  );
}

function Noted({ name, heading: Heading }: { readonly name: string; readonly heading: TabProps['heading'] }) {
  const events = useEvents((state) => state.shown);
  const noted = events
    .filter((event) => event.names.includes(name))
    .slice(-NOTED)
    .reverse();
  return (
    <section>
      <Heading className="h2">{text('node.events')}</Heading>
      {noted.length === 0 ? (
        <p className="t3">{text('node.events.none')}</p>
      ) : (
        <ul className="lately">
          {noted.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ul>
      )}
    </section>
  );
}
