/** The hooks of a legion as rows of its form. What is written here is off until it is switched on under Hooks. */
import { Plus, X } from 'lucide-react';
import { HOOK_ACTIONS, HOOK_EVENTS, type HookAction, type HookEvent } from '../../../shared/domain/legion.js';
import { text } from '../../../shared/i18n/index.js';
import { Button, Check, Icon, IconButton } from '../../components/index.js';
import type { HookDraft, Problems } from './draft.js';

type Props = {
  readonly hooks: readonly HookDraft[];
  readonly problems: Problems;
  readonly onChange: (hooks: readonly HookDraft[]) => void;
};

export function HookRows({ hooks, problems, onChange }: Props) {
  const put = (next: HookDraft): void => onChange(hooks.map((old) => (old.key === next.key ? next : old)));
  const add = (): void => {
    const key = Math.max(-1, ...hooks.map((hook) => hook.key)) + 1;
    onChange([...hooks, { key, event: 'lord', action: 'exec', argument: '', shell: false, timeoutS: null }]);
  };
  return (
    <fieldset>
      <div className="row">
        <span className="h2">{text('legionForm.hooks')}</span>
        <span className="sp" />
        <Button look="quiet" onClick={add}>
          <Icon of={Plus} size={14} />
          {text('legionForm.hooks.add')}
        </Button>
      </div>
      {hooks.map((hook, place) => (
        <HookRow
          key={hook.key}
          hook={hook}
          number={place + 1}
          error={problems[`hook-${hook.key}`] ?? null}
          onChange={put}
          onDrop={() => onChange(hooks.filter(({ key }) => key !== hook.key))}
        />
      ))}
      {hooks.length > 0 && <p className="field-hint">{text('legionForm.hooks.why')}</p>}
    </fieldset>
  );
}

function HookRow(props: {
  readonly hook: HookDraft;
  readonly number: number;
  readonly error: string | null;
  readonly onChange: (hook: HookDraft) => void;
  readonly onDrop: () => void;
}) {
  const { hook, number, error, onChange } = props;
  const isCommand = hook.action === 'exec' || hook.action === 'cmd';
  return (
    <div className="hook-row field" role="group" aria-label={text('legionForm.hook', { number })}>
      <select
        aria-label={text('legionForm.hook.event')}
        value={hook.event}
        onChange={(event) => onChange({ ...hook, event: event.target.value as HookEvent })}
      >
        {HOOK_EVENTS.map((event) => (
          <option key={event} value={event}>
            {text(`hooks.event.${event}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={text('legionForm.hook.action')}
        value={hook.action}
        onChange={(event) => onChange({ ...hook, action: event.target.value as HookAction })}
      >
        {HOOK_ACTIONS.map((action) => (
          <option key={action} value={action}>
            {text(`hooks.action.${action}`)}
          </option>
        ))}
      </select>
      <input
        className="mono"
        aria-label={text('legionForm.hook.argument')}
        aria-invalid={error !== null || undefined}
        aria-describedby={error === null ? undefined : `hook-${hook.key}-error`}
        placeholder={text('legionForm.hook.argument')}
        maxLength={2000}
        spellCheck={false}
        autoComplete="off"
        value={hook.argument}
        onChange={(event) => onChange({ ...hook, argument: event.target.value })}
      />
      {isCommand ? (
        <Check
          label={text('legionForm.hook.shell')}
          checked={hook.shell}
          onChange={(shell) => onChange({ ...hook, shell })}
        />
      ) : (
        <span />
      )}
      <IconButton icon={X} label={text('legionForm.hook.remove', { number })} onClick={props.onDrop} />
      {error !== null && (
        <p className="field-error" id={`hook-${hook.key}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
