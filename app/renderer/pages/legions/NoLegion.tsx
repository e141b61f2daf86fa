/** No legion yet: what one is, and the two ways into one. */
import { Crown, FileText } from 'lucide-react';
import { text } from '../../../shared/i18n/index.js';
import { Button, Empty, Icon } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { setParams } from '../../route.js';

export function NoLegion() {
  const may = useMay();
  return (
    <div className="empty-page">
      <Empty title={text('legionPage.none')} why={text('legionPage.none.why')} />
      {!may.act && <p className="t3">{text('legionPage.none.readOnly')}</p>}
      {may.act && (
        <div className="legion-ways">
          <section>
            <h2 className="h2">
              <Icon of={Crown} />
              {text('legionPage.none.join')}
            </h2>
            <p className="t2">{text('legionPage.none.join.why')}</p>
            <Button look="primary" onClick={() => setParams({ do: 'join' })}>
              {text('legionPage.join')}
            </Button>
          </section>
          <section>
            <h2 className="h2">
              <Icon of={FileText} />
              {text('legionPage.none.import')}
            </h2>
            <p className="t2">{text('legionPage.none.import.why')}</p>
            <Button onClick={() => setParams({ do: 'import' })}>{text('legionPage.import')}</Button>
          </section>
        </div>
      )}
    </div>
  );
}
