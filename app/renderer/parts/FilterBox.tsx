/**
 * The filter of the node list: conditions already given as chips, a field for the next one, suggestions while
 * typing, and mistakes explained in place. What is typed acts at once; Enter or a space makes it a chip.
 */
import { Filter as FilterIcon, X } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import {
  conditionText,
  parseFilter,
  suggest,
  withoutCondition,
  type Condition,
  type Filter,
  type Suggestion,
} from '../../shared/filter/index.js';
import { text, visible } from '../../shared/i18n/index.js';
import { Icon, Kbd } from '../components/index.js';
import { rosterRows } from '../store/roster.js';

type Props = {
  /** Conditions that are given, as text. */
  readonly given: Filter;
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly onGiven: (text: string) => void;
};

export function FilterBox({ given, draft, onDraft, onGiven }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const parsed = parseFilter(draft);
  const suggestions = isOpen ? suggest(draft, draft.length, knownValues) : [];
  const isUnfinished = !parsed.ok && suggestions.length > 0;

  const commit = (words: string): void => {
    const trimmed = words.trim();
    if (trimmed === '' || !parseFilter(trimmed).ok) return;
    onGiven(`${given.source} ${trimmed}`.trim());
    onDraft('');
    setAt(-1);
  };
  const take = (suggestion: Suggestion): void => {
    const next = draft.slice(0, suggestion.from) + suggestion.insert;
    setAt(-1);
    if (suggestion.insert.endsWith(':') || /[<>]$/.test(suggestion.insert)) onDraft(next);
    else commit(next);
    input.current?.focus();
  };
  const takeBack = (condition: Condition): void => {
    onGiven(withoutCondition(given, condition));
    onDraft(conditionText(given, condition));
    input.current?.focus();
  };

  const onKey = (event: KeyboardEvent): void => {
    const chosen = suggestions[at];
    const last = given.conditions.at(-1);
    if (event.key === 'ArrowDown') {
      setOpen(true);
      setAt(Math.min(suggestions.length - 1, at + 1));
    } else if (event.key === 'ArrowUp') setAt(Math.max(-1, at - 1));
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) take(chosen);
    else if (event.key === 'Enter') commit(draft);
    else if (event.key === ' ' && /^-?[a-z]+:./i.test(draft) && parsed.ok) commit(draft);
    else if (event.key === 'Backspace' && draft === '' && last) takeBack(last);
    else if (event.key === 'Escape') {
      if (isOpen && suggestions.length > 0) setOpen(false);
      else if (draft !== '') onDraft('');
      else if (given.conditions.length > 0) onGiven('');
      else input.current?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="filter" role="search">
      <div className="filter-box" onClick={() => input.current?.focus()}>
        <Icon of={FilterIcon} />
        {given.conditions.map((condition) => (
          <Chip
            key={`${condition.at}${conditionText(given, condition)}`}
            given={given}
            condition={condition}
            onEdit={() => takeBack(condition)}
            onDrop={() => onGiven(withoutCondition(given, condition))}
          />
        ))}
        <input
          ref={input}
          data-filter
          role="combobox"
          aria-label={text('nodes.filter')}
          aria-expanded={suggestions.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={!parsed.ok && !isUnfinished}
          aria-describedby={!parsed.ok && !isUnfinished ? `${id}-error` : undefined}
          spellCheck={false}
          autoComplete="off"
          placeholder={text(given.conditions.length === 0 ? 'nodes.filter.empty' : 'nodes.filter.add')}
          value={draft}
          onFocus={() => setOpen(true)}
          onBlur={() => {
            setOpen(false);
            commit(draft);
          }}
          onChange={(event) => {
            setOpen(true);
            setAt(-1);
            onDraft(event.target.value);
          }}
          onKeyDown={onKey}
        />
        {given.conditions.length > 0 || draft !== '' ? (
          <button
            type="button"
            className="icon-btn small"
            aria-label={text('nodes.filter.clear')}
            title={text('nodes.filter.clear')}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              onDraft('');
              onGiven('');
            }}
          >
            <Icon of={X} size={14} />
          </button>
        ) : (
          <Kbd>/</Kbd>
        )}
      </div>
      {!parsed.ok && !isUnfinished && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {parsed.message}
        </p>
      )}
      {suggestions.length > 0 && (
        <ul
          className="menu suggestions"
          role="listbox"
          id={`${id}-list`}
          aria-label={text('nodes.filter.suggestions')}
        >
          {suggestions.map((suggestion, index) => (
            <li
              key={suggestion.insert}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(suggestion);
              }}
            >
              <span className="b5">{visible(suggestion.label, 40)}</span>
              {suggestion.insert.endsWith(':') && (
                <span className="t3 lab">
                  {text(`filter.field.${suggestion.insert.slice(0, -1)}` as 'filter.field.state')}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Chip(props: {
  readonly given: Filter;
  readonly condition: Condition;
  readonly onEdit: () => void;
  readonly onDrop: () => void;
}) {
  const { condition } = props;
  const words = visible(conditionText(props.given, condition), 60);
  const colon = condition.kind === 'text' ? -1 : words.indexOf(':');
  return (
    <span className="tok">
      <button type="button" onClick={props.onEdit} title={words}>
        {colon > 0 ? (
          <>
            <i>{words.slice(0, colon)}</i> {words.slice(colon + 1)}
          </>
        ) : (
          words
        )}
      </button>
      <button
        type="button"
        className="drop"
        aria-label={text('nodes.filter.drop', { condition: words })}
        onClick={props.onDrop}
      >
        <Icon of={X} size={12} />
      </button>
    </span>
  );
}

/** Values now in view, most common first. */
function knownValues(field: string): readonly string[] {
  if (field !== 'group' && field !== 'version' && field !== 'word' && field !== 'name') return [];
  const counts = new Map<string, number>();
  for (const row of rosterRows()) {
    const value = row?.[field];
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
}
