/** What this console does when somebody asks for a secret: three ways, each with what it means. */
import { SECRET_POLICIES, type SecretPolicy } from '../../../shared/domain/secret.js';
import { text } from '../../../shared/i18n/index.js';
import { Options } from '../../components/index.js';
import { ActError, useActing, useMay } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';

export function Policy({ policy }: { readonly policy: SecretPolicy }) {
  const may = useMay();
  const acting = useActing();
  return (
    <section className="policy" aria-labelledby="policy">
      <h2 className="h2" id="policy">
        {text('secretPage.policy')}
      </h2>
      {may.act ? (
        <Options<SecretPolicy>
          label={text('secretPage.policy')}
          value={policy}
          onChoose={(next) => acting.run(() => ask('secret.policy', { policy: next }))}
          options={SECRET_POLICIES.map((value) => ({
            value,
            label: text(`policy.${value}`),
            why: text(`secretPage.policy.${value}`),
          }))}
        />
      ) : (
        <p>
          <span className="b5">{text(`policy.${policy}`)}</span>
          <br />
          <span className="t2">{text(`secretPage.policy.${policy}`)}</span>
        </p>
      )}
      <ActError error={acting.error} />
    </section>
  );
}
