/** Secrets that are offered and not held: each told by its id, and a person decides. Nothing is adopted silently. */
import { useState } from 'react';
import type { ClusterSecret, SecretCandidate } from '../../../shared/domain/secret.js';
import { formatAge, text, visible } from '../../../shared/i18n/index.js';
import { Button, ShortFingerprint } from '../../components/index.js';
import { ActDialog, useMay } from '../../parts/acting.js';
import { Since } from '../../parts/index.js';
import { ask } from '../../store/connection.js';
import { useKeyAmong } from '../../store/keys.js';
import { Claim } from './Claim.js';

const NAMED = 4;

export function Candidates({ secret }: { readonly secret: ClusterSecret }) {
  if (secret.candidates.length === 0) return null;
  const isHeld = secret.id !== null;
  return (
    <section className="candidates" aria-labelledby="candidates">
      <h2 className="h2" id="candidates">
        {text(isHeld ? 'secretPage.offers.conflict' : 'secretPage.offers')}
      </h2>
      <p className="t2">{text(isHeld ? 'secretPage.offers.conflict.why' : 'secretPage.offers.why')}</p>
      <ul>
        {secret.candidates.map((candidate) => (
          <Candidate key={candidate.id} candidate={candidate} isHeld={isHeld} />
        ))}
      </ul>
    </section>
  );
}

function Candidate({ candidate, isHeld }: { readonly candidate: SecretCandidate; readonly isHeld: boolean }) {
  const may = useMay();
  const [isAccepting, setAccepting] = useState(false);
  const [isDropping, setDropping] = useState(false);
  const id = visible(candidate.id, 40);
  const { reads } = candidate;
  return (
    <li className="candidate">
      <div className="row candidate-head">
        <span className="mono b5">{id}</span>
        {candidate.unasked && <span className="bdg late">{text('secretPage.offer.unasked')}</span>}
        <span className="t3">
          <Since at={candidate.firstAt} format={(age) => text('row.healthy', { age: formatAge(age) })} />
          {candidate.count > 1 && `, ${text('secretPage.offer.count', { count: candidate.count })}`}
        </span>
        <span className="sp" />
        {may.act && (
          <>
            <Button look="quiet" onClick={() => setDropping(true)}>
              {text(isHeld ? 'secretPage.offer.keepOurs' : 'secretPage.offer.dismiss')}
            </Button>
            <Button onClick={() => setAccepting(true)}>{text('secretPage.offer.accept')}</Button>
          </>
        )}
      </div>
      <dl className="facts">
        <div>
          <dt>{text('secretPage.offer.from')}</dt>
          <dd className="from">
            {candidate.from.slice(0, NAMED).map((name) => (
              <Sender key={name} name={name} fingerprints={candidate.fingerprints} />
            ))}
            {candidate.from.length > NAMED && (
              <span className="t3">
                {text('overview.needs.more', { count: candidate.from.length - NAMED })}
              </span>
            )}
            {candidate.from.length === 0 && <span className="t2">{text('secretPage.offer.unknown')}</span>}
            {candidate.fingerprints.slice(0, NAMED).map((fingerprint) => (
              <span key={fingerprint} className="t2">
                <ShortFingerprint value={fingerprint} />
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt>{text('secretPage.check')}</dt>
          <dd>{text(`secret.check.${candidate.check}`)}</dd>
        </div>
        <div>
          <dt>{text('secretPage.offer.reads')}</dt>
          <dd className={reads === false ? 'b5 c-late' : ''}>
            {text(
              reads === null
                ? 'secretPage.reads.unknown'
                : reads
                  ? 'secretPage.reads.yes'
                  : 'secretPage.reads.no',
            )}
          </dd>
        </div>
      </dl>
      <ActDialog
        isLocal
        open={isAccepting}
        onClose={() => setAccepting(false)}
        title={text('secretPage.accept.title', { id })}
        verb={text('secretPage.offer.accept')}
        act={() => ask('secret.adopt', { id: candidate.id })}
        done={text('secretPage.done.adopted')}
      >
        <p className="t2">{text(isHeld ? 'secretPage.accept.held' : 'secretPage.accept.why')}</p>
        {reads === false && <p className="b5">{text('secretPage.accept.unreadable')}</p>}
      </ActDialog>
      <ActDialog
        isLocal
        open={isDropping}
        onClose={() => setDropping(false)}
        title={text('secretPage.drop.title', { id })}
        verb={text(isHeld ? 'secretPage.offer.keepOurs' : 'secretPage.offer.dismiss')}
        act={() => ask('secret.dismiss', { id: candidate.id })}
        done={text('secretPage.done.dismissed')}
      >
        <p className="t2">{text(isHeld ? 'secretPage.drop.held' : 'secretPage.drop.why')}</p>
      </ActDialog>
    </li>
  );
}

function Sender(props: { readonly name: string; readonly fingerprints: readonly string[] }) {
  const key = useKeyAmong(props.name, props.fingerprints);
  return <Claim name={props.name} fingerprint={key?.fingerprint ?? null} trust={key?.trust ?? null} />;
}
