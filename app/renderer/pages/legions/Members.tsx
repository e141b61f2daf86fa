/** All members: whom they vote for, how their clocks differ, how often they left, and the verdict of the planes. */
import { Crown } from 'lucide-react';
import { memo, useState } from 'react';
import type { Legion, LegionMember } from '../../../shared/domain/legion.js';
import { formatAgeShort, formatDuration, formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { isFine, verdictOf, verdictText, type Verdict } from '../../../shared/i18n/verdict-text.js';
import { Button, Foreign, Icon, StatusMark } from '../../components/index.js';
import { nodeHref } from '../../route.js';
import { useLegionsAt } from '../../store/legions.js';
import { Quorum, ValorBar } from './Seats.js';
import { shortUuid, skewText } from './words.js';

/** So many rows are drawn unasked. */
const MAX_ROWS = 100;
const FLAPPING = 4;
/** Longer ones are not kept. */
const MAX_SCROLL = 4_096;

const COLUMNS = ['member', 'valor', 'uuid', 'votes', 'heard', 'skew', 'joined', 'leaves', 'verdict'] as const;
const NUMBERS: ReadonlySet<string> = new Set(['valor', 'heard', 'skew', 'joined', 'leaves']);

/** `isAlone`: without the seats beside it, so that it says what they would. */
export function Members(props: { readonly legion: Legion; readonly isAlone?: boolean }) {
  const { legion, isAlone = false } = props;
  const { members, lord, why } = legion;
  const now = useLegionsAt();
  const [isAll, setAll] = useState(false);
  if (members.length === 0) return isAlone ? <NoMembers /> : null;
  const best = Math.max(1, ...members.map(({ valor }) => valor));
  return (
    <section className="members" aria-labelledby="members">
      <div className={isAlone ? 'h2 legion-h2' : 'sr'}>
        <h2 id="members" tabIndex={-1}>
          {text('legionPage.members')}
        </h2>
        <span className="sp" />
        {isAlone && <Quorum legion={legion} />}
      </div>
      <div className="members-box">
        <div role="table" aria-label={text('legionPage.members')} aria-rowcount={members.length + 1}>
          <div role="row" className="tr th">
            {COLUMNS.map((column) => (
              <span
                role="columnheader"
                key={column}
                className={`c-${column} ${NUMBERS.has(column) ? 'r' : ''}`}
              >
                {text(`legionPage.col.${column}`)}
              </span>
            ))}
          </div>
          {members.slice(0, isAll ? undefined : MAX_ROWS).map((member) => (
            <Row
              key={member.uuid}
              member={member}
              isLord={member.uuid === lord?.uuid}
              isClaimant={why.kind === 'split' && member.lordSince !== null}
              share={isAlone ? member.valor / best : null}
              heard={member.isSelf ? '' : formatDuration(wholeSeconds(now - member.lastHeardAt))}
              joined={formatAgeShort(now - member.joinedAt)}
            />
          ))}
        </div>
      </div>
      {!isAll && members.length > MAX_ROWS && (
        <Button look="quiet" onClick={() => setAll(true)}>
          {text('legionPage.members.all', { count: members.length })}
        </Button>
      )}
    </section>
  );
}

const NoMembers = () => <p className="t3 legion-none members">{text('legionPage.seat.none')}</p>;
/** Frames come between the seconds; 0 s is as good as it gets. */
const wholeSeconds = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000);

const Row = memo(function Row(props: {
  readonly member: LegionMember;
  readonly isLord: boolean;
  /** One of several that say they lead. */
  readonly isClaimant: boolean;
  readonly share: number | null;
  readonly heard: string;
  readonly joined: string;
}) {
  const { member, isLord, isClaimant, share, heard, joined } = props;
  const { node, skewMs, leavesToday, scroll } = member;
  const cell = (column: string, children: React.ReactNode, look = 't2') => (
    <span role="cell" className={`c-${column} ${NUMBERS.has(column) ? 'r num' : ''} ${look}`}>
      {children}
    </span>
  );
  const name = (
    <Foreign className="b5 el" max={48}>
      {member.name}
    </Foreign>
  );
  return (
    <div role="row" className="tr">
      <span role="cell" className="row name-cell c-member">
        {node === null ? (
          name
        ) : (
          <a href={nodeHref(node)} className="el member-link">
            {name}
          </a>
        )}
        {(isLord || isClaimant) && (
          <span className="lord-mark">
            <Icon of={Crown} size={14} />
            <span className="sr">{text(isLord ? 'legionPage.seat.lord' : 'legionPage.seat.claims')}</span>
          </span>
        )}
        {scroll !== null && scroll !== '' && (
          <span className="el t3 member-scroll" title={visible(scroll, MAX_SCROLL)}>
            <Foreign max={200}>{scroll}</Foreign>
          </span>
        )}
        {member.isSelf && share !== null && <span className="bdg">{text('legionPage.seat.self')}</span>}
        {member.isConsole && !member.isSelf && <span className="bdg">{text('legionPage.console')}</span>}
        {leavesToday >= FLAPPING && (
          <span className="bdg late">{text('legionPage.flapping', { count: leavesToday })}</span>
        )}
        {!member.agrees && <span className="bdg late">{text('legionPage.differs')}</span>}
      </span>
      {cell(
        'valor',
        <>
          {share !== null && member.valor > 0 && (
            <ValorBar share={share} look={member.isSelf ? 'self' : isLord ? 'lord' : ''} />
          )}
          {formatNumber(member.valor)}
        </>,
        member.valor === 0 ? 't3' : '',
      )}
      {cell('uuid', shortUuid(member.uuid), 'mono lab t2')}
      {cell('votes', <VotesFor member={member} />)}
      {cell(
        'heard',
        heard === '' ? (
          <span className="t3">{text('legionPage.here')}</span>
        ) : (
          text('legionPage.ago', { age: heard })
        ),
        '',
      )}
      {cell('skew', skewText(skewMs))}
      {cell('joined', joined)}
      {cell('leaves', formatNumber(leavesToday), leavesToday >= FLAPPING ? 'b5 c-late' : 't2')}
      <span role="cell" className="row c-verdict">
        <VerdictLine verdict={verdictOf(member.planes)} />
      </span>
    </div>
  );
});

function VotesFor({ member: { votesFor } }: { readonly member: LegionMember }) {
  if (votesFor === null) return <span className="t3">{text('legionPage.votes.nobody')}</span>;
  return <Foreign max={32}>{votesFor}</Foreign>;
}

function VerdictLine({ verdict }: { readonly verdict: Verdict }) {
  const words = verdictText(verdict, true);
  const isGood = isFine(verdict);
  const state = isGood
    ? 'healthy'
    : verdict === 'none'
      ? 'unheard'
      : verdict === 'lapsed'
        ? 'late'
        : 'silent';
  return (
    <span className="row verdict" title={words}>
      <StatusMark state={state} />
      <span className={`el ${isGood ? 't2' : ''}`}>{words}</span>
    </span>
  );
}
