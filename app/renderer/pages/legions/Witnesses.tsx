/** What the stats servers of real uWSGI members say, beside what their packets say. They decide nothing. */
import type { Legion, LegionWitness } from '../../../shared/domain/legion.js';
import { formatAge, formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { Foreign, StatusMark } from '../../components/index.js';
import { useLegionsAt } from '../../store/legions.js';

const COLUMNS = ['address', 'name', 'votesFor', 'leads', 'valor', 'members', 'quorum', 'read'] as const;
const NUMBERS: ReadonlySet<string> = new Set(['valor', 'members', 'quorum']);
const NOTHING = '–';

export function Witnesses({ legion: { witnesses } }: { readonly legion: Legion }) {
  const now = useLegionsAt();
  if (witnesses.length === 0) return null;
  return (
    <section className="witnesses" aria-labelledby="witnesses">
      <h2 className="h2" id="witnesses">
        {text('legionPage.witnesses')}
      </h2>
      <div className="members-box">
        <table className="plain">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th scope="col" key={column} className={NUMBERS.has(column) ? 'r' : ''}>
                  {text(`legionPage.witness.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {witnesses.map((witness) => (
              <Row key={witness.address} witness={witness} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const orNothing = (value: number | null): string => (value === null ? NOTHING : formatNumber(value));

function Row({ witness, now }: { readonly witness: LegionWitness; readonly now: number }) {
  const { address, at, name, valor, members, quorum, isLord } = witness;
  const isRead = at !== null;
  return (
    <tr>
      <td className="mono">
        <Foreign max={60}>{address}</Foreign>
      </td>
      <td>
        {name !== null && <Foreign max={40}>{name}</Foreign>}
        {name === null && (
          <span className="t3">{isRead ? text('legionPage.witness.stranger') : NOTHING}</span>
        )}
      </td>
      <td>
        <Vote witness={witness} />
      </td>
      <td className={isLord ? '' : 't3'}>
        {isRead ? text(isLord ? 'legionPage.witness.yes' : 'legionPage.witness.no') : NOTHING}
      </td>
      <td className="r num">{orNothing(valor)}</td>
      <td className="r num">{orNothing(members)}</td>
      <td className="r num">{orNothing(quorum)}</td>
      <td className="t2">
        <Read witness={witness} now={now} />
      </td>
    </tr>
  );
}

function Vote({ witness: { at, votesFor, agrees } }: { readonly witness: LegionWitness }) {
  if (at === null) return <span className="t3">{NOTHING}</span>;
  return (
    <span className="row witness-vote">
      {votesFor === null ? (
        <span className="t3">{text('legionPage.witness.nobody')}</span>
      ) : (
        <Foreign max={32}>{votesFor}</Foreign>
      )}
      {agrees === false && <span className="bdg late">{text('legionPage.witness.differs')}</span>}
    </span>
  );
}

function Read({ witness: { at, problem }, now }: { readonly witness: LegionWitness; readonly now: number }) {
  const age = at === null ? null : formatAge(Math.max(0, now - at));
  const words = age === null ? text('legionPage.witness.never') : text('legionPage.ago', { age });
  if (problem === null) return <span className="nw">{words}</span>;
  return (
    <>
      <span className="row witness-vote">
        <StatusMark state="late" />
        <span className="wrap">{text('legionPage.witness.problem', { problem: visible(problem, 200) })}</span>
      </span>
      {age !== null && <span className="t3 lab">{words}</span>}
    </>
  );
}
