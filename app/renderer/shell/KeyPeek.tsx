/** The details panel of the Keys page: one key, or our own. As wide as two fingerprints side by side. */
import { text, visible } from '../../shared/i18n/index.js';
import { KeyPanel } from '../pages/keys/KeyPanel.js';
import { OwnPanel } from '../pages/keys/OwnPanel.js';
import { useParam } from '../route.js';
import { keyAt } from '../store/keys.js';
import { useFocusAfterClose } from './use-focus-after-close.js';

export function KeyPeek() {
  const id = useParam('key');
  useFocusAfterClose(id !== '');
  if (id === '') return null;
  const name = keyAt(id)?.name;
  const label =
    id === 'own' || name === undefined
      ? text('keyPage.own')
      : text('keyPage.peek', { name: visible(name, 80) });
  return (
    <aside className="peek key-peek" data-region tabIndex={-1} aria-label={label}>
      {id === 'own' ? <OwnPanel /> : <KeyPanel key={id} id={id} />}
    </aside>
  );
}
