/** The status strip: what this node is and does. Each part is a button that says more. */
import { Unplug } from 'lucide-react';
import type { Session } from '../../shared/domain/session.js';
import {
  formatAge,
  formatClock,
  formatDelay,
  formatInterval,
  formatNumber,
  formatZone,
  parts,
  isVaultTrouble,
  text,
  vaultStripText,
  visible,
} from '../../shared/i18n/index.js';
import { Icon, Popover, Sentence } from '../components/index.js';
import { DockParts } from './Dock.js';
import { byOwnPart } from '../parts/sentence.js';
import { href, legionHref } from '../route.js';
import { useTime } from '../store/clock.js';
import { setPrefs, usePrefs } from '../store/prefs.js';
import { isPast, useSession } from '../store/session.js';
import { useVault } from '../store/vault.js';

export function Strip() {
  const session = useSession((state) => state.live);
  const past = useSession(isPast);
  return (
    <footer className="strip" data-region aria-label={text('shell.status')}>
      {session && session.mode !== 'idle' ? (
        <>
          <Address session={session} past={past} />
          <ThisNode session={session} />
          <a className="part" href={href('/health')}>
            <b>{formatNumber(Math.round(past ? 0 : session.ingest.beatsPerSecond))}</b>
            {text('strip.rate')}
            {!past &&
              session.ingest.lagMs !== null &&
              `, ${text('strip.lag', { lag: formatDelay(session.ingest.lagMs) })}`}
          </a>
          {session.ingest.refused > 0 && (
            <a className="part" href={href('/health')}>
              {text('strip.refused', { count: session.ingest.refused })}
            </a>
          )}
          <DockParts />
          <OwnLegion session={session} />
          <VaultPart />
          {session.secret !== 'unused' && (
            <a className="part" href={href('/secrets')}>
              {text(`strip.secret.${session.secret}`)}
            </a>
          )}
        </>
      ) : (
        <a className="part" href={href('/connect')}>
          {text('strip.off')}
        </a>
      )}
      <span className="sp" />
      <WallClock />
    </footer>
  );
}

function Address({ session, past }: { readonly session: Session; readonly past: boolean }) {
  const { link, mode } = session;
  const address = visible(link.address, 80);
  if (past || link.state === 'refused') {
    return (
      <a className="part warn" href={href('/health')}>
        <Icon of={Unplug} size={14} />
        {text('strip.noLink', { address: address.replace(/^amqps?:\/\//, '') })}
      </a>
    );
  }
  const isUp = link.state === 'live' || link.state === 'degraded';
  return (
    <a className="part" href={href('/health')} title={text('strip.address')}>
      {mode === 'demo' ? text('strip.demo') : isUp ? <b>{address}</b> : text('strip.connecting', { address })}
      {isUp && link.tls && ` ${link.tls.replace(/^TLSv/, 'TLS ')}`}
    </a>
  );
}

/** Our part in the legion where it weighs most, and how many others there are. */
function OwnLegion({ session: { legions } }: { readonly session: Session }) {
  const [first] = byOwnPart(legions);
  if (!first) return null;
  const said = parts('strip.legion', {
    name: visible(first.name, 24),
    role: first.role,
    lord: first.isLord ? 'yes' : 'no',
    valor: first.announcedValor === null ? 'none' : String(first.announcedValor),
    more: legions.length - 1,
  });
  return (
    <a className="part own-legion" href={legionHref(first.name)}>
      <span className="el">
        <Sentence parts={said} link={(_, name) => <b>{name}</b>} />
      </span>
    </a>
  );
}

/** Where one is used: whether it serves us, and how long the token lives. */
function VaultPart() {
  const vault = useVault((state) => state.live);
  const said = useTime((now) => (vault ? (vaultStripText(vault, now) ?? '') : ''));
  if (vault === null || said === '') return null;
  return (
    <a className={`part${isVaultTrouble(vault) ? ' warn' : ''}`} href={href('/secrets')}>
      {said}
    </a>
  );
}

function ThisNode({ session }: { readonly session: Session }) {
  const { self, ingest } = session;
  const utc = usePrefs((prefs) => prefs.utc);
  const lastBeatAt = self?.lastBeatAt ?? null;
  const age = useTime((now) => (lastBeatAt === null ? '' : formatAge(now - lastBeatAt)));
  const next = useTime((now) => (self?.nextBeatAt ? formatAge(self.nextBeatAt - now) : ''));
  if (!self) return null;
  const says = !self.beating
    ? text('strip.listening')
    : lastBeatAt === null
      ? text('strip.noBeat')
      : text('strip.beat', { age });
  const facts: [string, string][] = [
    [text('strip.name'), visible(self.name)],
    [text('strip.pid'), String(self.pid)],
    [text('strip.version'), self.version],
    [text('strip.queue'), visible(self.queue)],
    [text('strip.bindings'), self.bindings.map((binding) => visible(binding, 80)).join('\n')],
    [text('strip.lastBeat'), lastBeatAt === null ? '–' : `${formatClock(lastBeatAt, { utc })}, ${age}`],
    [
      text('strip.nextBeat'),
      self.beating && next
        ? `${text('strip.nextBeat.in', { age: next })} (${formatInterval(self.intervalMs)})`
        : '–',
    ],
    [
      text('strip.ingest'),
      text('strip.ingest.value', {
        rate: formatNumber(Math.round(ingest.beatsPerSecond)),
        lag: ingest.lagMs === null ? '–' : formatDelay(ingest.lagMs),
      }),
    ],
  ];
  return (
    <Popover
      side="top"
      label={text('strip.popover')}
      trigger={
        <button type="button" className="part">
          <b className="el" style={{ maxWidth: 180 }}>
            {visible(self.name, 60)}
          </b>{' '}
          {says}
        </button>
      }
    >
      <h2 className="h2">{text('strip.popover')}</h2>
      <dl className="facts" style={{ marginTop: 8 }}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="wrap num">{value}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}

function WallClock() {
  const utc = usePrefs((prefs) => prefs.utc);
  const label = useTime((now) => `${formatClock(now, { utc })} ${formatZone(now, utc)}`);
  return (
    <button
      type="button"
      className="part"
      onClick={() => setPrefs({ utc: !utc })}
      title={text('command.utc')}
    >
      {label}
    </button>
  );
}
