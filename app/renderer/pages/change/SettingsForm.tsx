/**
 * Settings as rows: section, key, type, value. Sections and keys of this machine's own settings are offered. A value
 * under a secret-looking key is masked once it is entered and can only be entered again.
 */
import { Plus, X } from 'lucide-react';
import { useId, useMemo, useRef } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { Button, Icon, IconButton } from '../../components/index.js';
import { JsonEditor } from '../../parts/confirm-json.js';
import { useCall } from '../../store/connection.js';
import { newRow, ROW_TYPES, type RowType, type SettingRow } from '../../store/change-draft.js';
import { isSecretPath, MASK, veil } from '../../store/veil.js';
import type { Problem } from './compose.js';
import type { Change } from './use-change.js';

type Own = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function SettingsForm({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const id = useId();
  const own = useOwnSettings();
  const box = useRef<HTMLDivElement>(null);
  const put = (row: SettingRow): void => {
    set({ rows: draft.rows.map((old) => (old.id === row.id ? row : old)) });
  };
  const drop = (row: SettingRow): void => {
    const rows = draft.rows.filter(({ id: each }) => each !== row.id);
    set({ rows: rows.length === 0 ? [newRow()] : rows });
  };
  const add = (): void => {
    set({ rows: [...draft.rows, newRow({ section: draft.rows.at(-1)?.section ?? '' })] });
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>('.setting-row:last-of-type [data-field="key"]')?.focus(),
    );
  };
  return (
    <div className="settings-form" ref={box}>
      <div className="setting-head t3 lab" aria-hidden="true">
        <span>{text('change.row.section')}</span>
        <span>{text('change.row.key')}</span>
        <span>{text('change.row.type')}</span>
        <span>{text('change.row.value')}</span>
      </div>
      <datalist id={`${id}-sections`}>
        {Object.keys(own).map((section) => (
          <option key={section} value={section} />
        ))}
      </datalist>
      {draft.rows.map((row, index) => (
        <Row
          key={row.id}
          row={row}
          number={index + 1}
          own={own}
          sections={`${id}-sections`}
          problem={
            change.isTried('what') ? change.problems.find((problem) => problem.row === row.id) : undefined
          }
          isMissing={change.problems.some(
            ({ code, path }) =>
              code === 'again' && path?.startsWith(`${row.section.trim()}.${row.key.trim()}`),
          )}
          onChange={put}
          onDrop={() => drop(row)}
        />
      ))}
      <Button look="quiet" className="add-row" onClick={add}>
        <Icon of={Plus} size={14} />
        {text('change.row.add')}
      </Button>
    </div>
  );
}

/** Section to key to value, as JSON, of the settings of this machine; masked where they came masked. */
function useOwnSettings(): Own {
  const { data } = useCall('receive.get', {});
  return useMemo(() => {
    try {
      const tree = JSON.parse(data?.settings ?? '{}') as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(tree).map(([section, keys]) => [
          section,
          Object.fromEntries(
            Object.entries(typeof keys === 'object' && keys !== null ? keys : {}).map(([key, value]) => [
              key,
              JSON.stringify(value),
            ]),
          ),
        ]),
      );
    } catch {
      return {};
    }
  }, [data?.settings]);
}

type RowProps = {
  readonly row: SettingRow;
  readonly number: number;
  readonly own: Own;
  readonly sections: string;
  readonly problem: Problem | undefined;
  readonly isMissing: boolean;
  readonly onChange: (row: SettingRow) => void;
  readonly onDrop: () => void;
};

function Row({ row, number, own, sections, problem, isMissing, onChange, onDrop }: RowProps) {
  const id = useId();
  const keys = (Object.hasOwn(own, row.section) ? own[row.section] : undefined) ?? {};
  const here = Object.hasOwn(keys, row.key) ? keys[row.key] : undefined;
  const bad = (field: 'section' | 'key' | 'value'): boolean => {
    if (problem === undefined) return false;
    const of = { section: 'section', key: 'key', twice: 'key' }[problem.code as string] ?? 'value';
    return of === field;
  };
  const name = (field: 'section' | 'key' | 'type' | 'value'): string =>
    text('change.row.field', { field: text(`change.row.${field}`), number });
  const error = problem
    ? text(`change.problem.${problem.code}`)
    : isMissing
      ? text('change.problem.again')
      : null;
  const tie = error === null ? {} : { 'aria-describedby': `${id}-error` };
  /** A key that now looks secret covers the value that was typed before. */
  const rename = (change: Partial<SettingRow>): void => onChange(covered({ ...row, ...change }));
  const isLong = row.type === 'object' || row.type === 'list';
  return (
    <div className="setting-row" role="group" aria-label={text('change.row', { number })}>
      <input
        list={sections}
        aria-label={name('section')}
        aria-invalid={bad('section') || undefined}
        {...tie}
        className="mono"
        spellCheck={false}
        autoComplete="off"
        placeholder="extensions"
        value={row.section}
        onChange={(event) => onChange({ ...row, section: event.target.value })}
        onBlur={() => rename({})}
      />
      <input
        list={`${id}-keys`}
        data-field="key"
        aria-label={name('key')}
        aria-invalid={bad('key') || undefined}
        {...tie}
        className="mono"
        spellCheck={false}
        autoComplete="off"
        value={row.key}
        onChange={(event) => onChange({ ...row, key: event.target.value })}
        onBlur={() => rename({})}
      />
      <datalist id={`${id}-keys`}>
        {Object.keys(keys).map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <select
        aria-label={name('type')}
        value={row.type}
        onChange={(event) => onChange(retyped(row, event.target.value as RowType))}
      >
        {ROW_TYPES.map((type) => (
          <option key={type} value={type}>
            {text(`change.type.${type}`)}
          </option>
        ))}
      </select>
      {isLong ? (
        <span className="t3 lab">{text(`change.type.${row.type}.below`)}</span>
      ) : (
        <ValueField
          row={row}
          label={name('value')}
          isBad={bad('value') || isMissing}
          tie={tie}
          here={here}
          onChange={onChange}
        />
      )}
      <IconButton icon={X} label={text('change.row.drop', { number })} onClick={onDrop} />
      {isLong && (
        <div className="row-wide">
          <JsonEditor
            label={name('value')}
            value={row.value}
            above={[row.section.trim(), row.key.trim()]}
            rows={3}
            isBad={bad('value') || isMissing}
            describedBy={error === null ? undefined : `${id}-error`}
            placeholder={here ?? (row.type === 'list' ? '["a", "b"]' : '{"host": "mq.example.org"}')}
            onChange={(value) => onChange({ ...row, value })}
          />
        </div>
      )}
      {error !== null && (
        <p className="field-error row-wide" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

const pathOf = (row: SettingRow): string[] => [row.section.trim(), row.key.trim()];

/** The row with its value masked, where it looks secret. */
function covered(row: SettingRow): SettingRow {
  if (row.value === '' || row.value.includes(MASK) || row.type === 'boolean' || row.type === 'null')
    return row;
  if (row.type === 'object' || row.type === 'list') return { ...row, value: veil(row.value, pathOf(row)) };
  const token = row.type === 'string' ? JSON.stringify(row.value) : row.value.trim();
  const masked = veil(token, pathOf(row));
  return masked === token ? row : { ...row, value: String(JSON.parse(masked)) };
}

const retyped = (row: SettingRow, type: RowType): SettingRow => ({
  ...row,
  type,
  value:
    type === 'boolean'
      ? row.value === 'false'
        ? 'false'
        : 'true'
      : type === 'null' || row.value.includes(MASK)
        ? ''
        : row.value,
});

function ValueField(props: {
  readonly row: SettingRow;
  readonly label: string;
  readonly isBad: boolean;
  readonly tie: { readonly 'aria-describedby'?: string };
  readonly here: string | undefined;
  readonly onChange: (row: SettingRow) => void;
}) {
  const { row, label, isBad, tie, here, onChange } = props;
  const field = useRef<HTMLInputElement>(null);
  if (row.type === 'null') return <span className="mono t3">null</span>;
  if (row.type === 'boolean') {
    return (
      <select
        aria-label={label}
        value={row.value}
        onChange={(event) => onChange({ ...row, value: event.target.value })}
      >
        <option value="true">true</option>
        <option value="false">false</option>
      </select>
    );
  }
  if (row.value.startsWith(MASK)) {
    return (
      <span className="row covered-value">
        <span className={isBad ? 'c-lost' : 't2'} {...tie}>
          {text(isBad ? 'change.covered.gone' : 'change.covered')}
        </span>
        <button
          type="button"
          className="verb lab"
          aria-invalid={isBad || undefined}
          onClick={() => onChange({ ...row, value: '' })}
        >
          {text('change.covered.again')}
        </button>
      </span>
    );
  }
  const shared = {
    'aria-label': label,
    'aria-invalid': isBad || undefined,
    ...tie,
    className: 'mono',
    spellCheck: false,
    autoComplete: 'off',
  };
  // Its value is never an attribute of the page, and leaves the field with the focus.
  if (isSecretPath(pathOf(row))) {
    return (
      <input
        {...shared}
        key="secret"
        ref={field}
        type="password"
        autoComplete="new-password"
        onBlur={() => {
          const value = field.current?.value ?? '';
          if (value !== '') onChange(covered({ ...row, value }));
        }}
      />
    );
  }
  return (
    <input
      {...shared}
      key="plain"
      inputMode={row.type === 'number' ? 'decimal' : 'text'}
      placeholder={here === undefined ? '' : text('change.here', { value: here.slice(0, 40) })}
      value={row.value}
      onChange={(event) => onChange({ ...row, value: event.target.value })}
      onBlur={() => onChange(covered(row))}
    />
  );
}
