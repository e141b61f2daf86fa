/** Who sits where: valor as a bar, votes as squares, and whether the votes are enough. */
import { Check, Crown } from 'lucide-react';
import { memo } from 'react';
import type { Legion, LegionMember } from '../../../shared/domain/legion.js';
import { text } from '../../../shared/i18n/index.js';
import { Foreign, Icon, StatusMark } from '../../components/index.js';
import { quorumWord, seatsOf, votesOf } from './words.js';

const MAX_SEATS = 12;
/** More squares than these are a number. */
const MAX_SQUARES = 7;

export function Quorum({ legion }: { readonly legion: Legion }) {
  const { text: words, look } = quorumWord(legion);
  return (
    <span className="row b5 legion-quorum">
      {look === 'held' && (
        <span className="c-ok">
          <Icon of={Check} size={14} />
        </span>
      )}
      {look === 'short' && <StatusMark state="late" />}
      <span className={look === 'unset' ? 't3' : 't2'}>{words}</span>
    </span>
  );
}

export function Seats({ legion }: { readonly legion: Legion }) {
  const { members, lord } = legion;
  const seats = seatsOf(members, lord?.uuid ?? null, MAX_SEATS);
  const votes = votesOf(members);
  const best = Math.max(1, ...members.map(({ valor }) => valor));
  const left = members.length - seats.length;
  return (
    <section className="seats" aria-labelledby="seats">
      <div className="h2 legion-h2">
        <h2 id="seats">{text('legionPage.seats')}</h2>
        <span className="sp" />
        <Quorum legion={legion} />
      </div>
      {members.length === 0 && <p className="t3 legion-none">{text('legionPage.seat.none')}</p>}
      <ul>
        {seats.map((member) => (
          <Seat
            key={member.uuid}
            member={member}
            isLord={member.uuid === lord?.uuid}
            votes={votes.get(member.uuid) ?? 0}
            share={member.valor / best}
          />
        ))}
      </ul>
      {left > 0 && (
        <button
          type="button"
          className="verb seats-more"
          onClick={() => {
            const table = document.getElementById('members');
            table?.scrollIntoView({ block: 'start' });
            table?.focus({ preventScroll: true });
          }}
        >
          {text('legionPage.seats.more', { count: left })}
        </button>
      )}
    </section>
  );
}

const Seat = memo(function Seat(props: {
  readonly member: LegionMember;
  readonly isLord: boolean;
  readonly votes: number;
  readonly share: number;
}) {
  const { member, isLord, votes, share } = props;
  const isArbiter = member.valor === 0;
  return (
    <li className="seat">
      <span className="row">
        {isLord && (
          <>
            <Icon of={Crown} />
            <span className="sr">{text('legionPage.seat.lord')}</span>
          </>
        )}
      </span>
      <Foreign className={`el ${isLord ? 'b6' : 'b5'}`} max={40}>
        {member.name}
      </Foreign>
      <span className={`r num ${isArbiter ? 't3' : ''}`}>{member.valor}</span>
      {isArbiter ? (
        <span className="t3 el">{text('legionPage.seat.arbiter')}</span>
      ) : (
        <ValorBar share={share} look={member.isSelf ? 'self' : isLord ? 'lord' : ''} />
      )}
      <span className="t2 lab el">
        <SeatNote member={member} isLord={isLord} />
      </span>
      <span className="row seat-votes">{votes > 0 || !isArbiter ? <Votes count={votes} /> : null}</span>
    </li>
  );
});

export const ValorBar = ({ share, look }: { readonly share: number; readonly look: string }) => (
  <span className="valor-bar" aria-hidden="true">
    <i className={look} style={{ width: `${(Math.max(0.01, share) * 100).toFixed(1)}%` }} />
  </span>
);

function SeatNote({ member, isLord }: { readonly member: LegionMember; readonly isLord: boolean }) {
  if (member.isSelf) return <span className="bdg">{text('legionPage.seat.self')}</span>;
  if (member.lordSince !== null && !isLord)
    return <span className="bdg late">{text('legionPage.seat.claims')}</span>;
  if (member.planes.bus !== 'silent') return null;
  return (
    <span className="row seat-silent">
      <StatusMark state="silent" />
      {text('legionPage.seat.busSilent')}
    </span>
  );
}

function Votes({ count }: { readonly count: number }) {
  const words = text('legionPage.seat.votes', { count });
  if (count === 0 || count > MAX_SQUARES)
    return <span className={count === 0 ? 't3' : 'b5 num'}>{words}</span>;
  return (
    <span className="squares" role="img" aria-label={words} title={words}>
      {Array.from({ length: count }, (_, place) => (
        <i key={place} />
      ))}
    </span>
  );
}
