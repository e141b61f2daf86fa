/** Who a sender says it is. Its message is not signed, so name and key are what it says, and are worded so. */
import { keyId, type TrustState } from '../../../shared/domain/key.js';
import { parts, text, visible } from '../../../shared/i18n/index.js';
import { Sentence, TrustMark } from '../../components/index.js';
import { href, nodeHref } from '../../route.js';

type Props = {
  readonly name: string;
  /** The key that it quotes, and how that stands under this very name; null where the name never showed it. */
  readonly fingerprint: string | null;
  readonly trust: TrustState | null;
};

export function Claim({ name, fingerprint, trust }: Props) {
  return (
    <span className="claim">
      <span>
        <Sentence
          parts={parts('secretPage.says', { name: visible(name, 60) })}
          link={(_, words) => (
            <a className="verb" href={nodeHref(name)}>
              <bdi>{words}</bdi>
            </a>
          )}
        />
      </span>
      {trust !== null && (
        <a className="row from" href={href('/keys', { key: keyId({ name, fingerprint }) })}>
          <TrustMark trust={trust} />
          <span className="t2">{text('secretPage.quotes', { trust: text(`trust.${trust}`) })}</span>
        </a>
      )}
    </span>
  );
}
