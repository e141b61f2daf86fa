/** Keeps the present filter under a name; it then stands in the navigation. */
import { useState } from 'react';
import { text } from '../../shared/i18n/index.js';
import { Button, Field, Popover } from '../components/index.js';
import { prefsStore, setPrefs, type SavedView } from '../store/prefs.js';

export function SaveView({ filter, page }: Pick<SavedView, 'filter' | 'page'>) {
  const [name, setName] = useState('');
  const save = (): void => {
    const label = name.trim();
    if (label === '') return;
    const others = prefsStore.getState().views.filter((view) => view.name !== label);
    setPrefs({ views: [...others, { name: label, filter, page }] });
    setName('');
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  };
  return (
    <Popover
      label={text('nodes.save')}
      align="end"
      trigger={
        <Button look="quiet" disabled={filter === ''}>
          {text('nodes.save')}
        </Button>
      }
    >
      <form
        className="row"
        style={{ gap: 8, alignItems: 'flex-end' }}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label={text('nodes.save.name')}
          value={name}
          maxLength={40}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={name.trim() === ''}>
          {text('nodes.save.do')}
        </Button>
      </form>
    </Popover>
  );
}
