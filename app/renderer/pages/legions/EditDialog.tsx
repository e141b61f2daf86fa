/** Joining a legion, and its settings: one form. A secret goes in once, or is made in the console; it never comes out. */
import { useId, useRef, useState, type ReactNode } from 'react';
import { CipherName } from '../../../shared/domain/legion-cipher.js';
import { LEGION_ROLES, type Legion } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Check, Dialog, Field, Segments } from '../../components/index.js';
import { ActDialog, ActError, EnvBand, EnvWord, useActing } from '../../parts/acting.js';
import { href, legionHref } from '../../route.js';
import { ask } from '../../store/connection.js';
import { useShownLegions } from '../../store/legions.js';
import { say } from '../../store/ui.js';
import * as form from './draft.js';
import { HookRows } from './HookRows.js';

type Props = { readonly open: boolean; readonly legion: Legion | null; readonly onClose: () => void };

export function EditDialog({ open, legion, onClose }: Props) {
  const title = legion ? text('legionForm.edit', { name: visible(legion.name, 40) }) : text('legionForm.new');
  return (
    <Dialog open={open} onOpen={(isOpen) => !isOpen && onClose()} title={title} className="act legion-wide">
      <Form legion={legion} onClose={onClose} />
    </Dialog>
  );
}

const WAYS = ['unicast', 'multicast', 'broadcast'] as const;

function Form({ legion, onClose }: Omit<Props, 'open'>) {
  const [draft, setDraft] = useState(() => (legion ? form.draftOf(legion) : form.EMPTY));
  const [isTried, setTried] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const acting = useActing();
  const box = useRef<HTMLFormElement>(null);
  const taken = useShownLegions().map(({ name }) => name);
  const found = form.problemsOf(draft, legion ? [] : taken);
  const told = form.problemOf(acting.error);
  const problems = isTried ? { ...told, ...found } : told;
  const isNew = legion === null;
  const set = (change: Partial<form.Draft>): void => {
    acting.clear();
    setDraft({ ...draft, ...change });
  };
  const save = (): void => {
    setTried(true);
    if (Object.keys(found).length > 0) {
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    acting.run(
      () => ask('legion.save', form.inputOf(draft, legion)),
      () => {
        say(text('legionForm.saved', { name: visible(draft.name, 40) }));
        onClose();
        location.hash = legionHref(draft.name);
      },
    );
  };
  const field = (name: keyof form.Draft & form.Field, hint?: string, more: object = {}): ReactNode => (
    <Field
      label={labelOf(name, draft)}
      value={draft[name]}
      error={problems[name] ?? null}
      {...(hint === undefined ? {} : { hint })}
      onChange={(event) => set({ [name]: event.target.value })}
      {...more}
    />
  );
  const check = (name: 'busWitness' | 'proxyDeath', words: 'legionForm.witness' | 'legionForm.proxy') => (
    <div>
      <Check label={text(words)} checked={draft[name]} onChange={(isOn) => set({ [name]: isOn })} />
      <p className="field-hint">{text(`${words}.why`)}</p>
    </div>
  );
  const isByGroup = draft.way !== 'unicast';
  const majority = form.majorityOf(draft.planned);
  return (
    <>
      <form
        ref={box}
        className="legion-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <EnvBand />
        <fieldset>
          <div className="form-three">
            {field('name', text('legionForm.name.hint'), { disabled: !isNew, maxLength: 255 })}
            <Labelled label={text('legionPage.role')}>
              <Segments
                label={text('legionPage.role')}
                value={draft.role}
                choices={LEGION_ROLES.map((value) => ({ value, label: text(`legionPage.role.${value}`) }))}
                onChoose={(role) => set({ role })}
                large
              />
            </Labelled>
            {draft.role === 'standby' && field('valor', undefined, { inputMode: 'numeric' })}
          </div>
          <p className="t2 lab">{text(`legionPage.role.${draft.role}.why`, { hooks: 0 })}</p>
        </fieldset>
        <fieldset>
          <div className="form-three">
            <Labelled label={text('legionForm.way')}>
              <Segments
                label={text('legionForm.way')}
                value={draft.way}
                choices={WAYS.map((value) => ({ value, label: text(`legionForm.way.${value}`) }))}
                onChoose={(way) => set({ way, address: way === draft.way ? draft.address : '' })}
                large
              />
            </Labelled>
            {draft.way !== 'broadcast' &&
              field('address', text(`legionForm.address.${draft.way}.hint`), { className: 'mono-field' })}
            {field('port', undefined, { inputMode: 'numeric' })}
            {draft.way === 'multicast' && field('interface', text('legionForm.interface.hint'))}
          </div>
          <Area
            label={text('legionForm.nodes')}
            hint={text(isByGroup ? 'legionForm.nodes.group' : 'legionForm.nodes.hint')}
            error={problems.nodes ?? null}
            value={draft.nodes}
            onChange={(nodes) => set({ nodes })}
          />
        </fieldset>
        <fieldset>
          <div className="form-three">
            <Cipher draft={draft} error={problems.cipher ?? null} onChoose={(cipher) => set({ cipher })} />
            <div className="form-rest">
              {field('secret', secretHint(draft, isNew), { type: 'password', autoComplete: 'new-password' })}
            </div>
            {field('iv', text('legionForm.iv.hint'), { type: 'password', autoComplete: 'new-password' })}
          </div>
        </fieldset>
        <fieldset>
          <div className="form-three">
            {field('freq', undefined, { inputMode: 'decimal' })}
            {field('tolerance', toleranceHint(draft), { inputMode: 'decimal' })}
            {field('skew', undefined, { inputMode: 'numeric' })}
          </div>
          <div className="form-three">
            {field('planned', undefined, { inputMode: 'numeric' })}
            {field('quorum', draft.quorum.trim() === '0' ? text('legionForm.quorum.zero') : undefined, {
              inputMode: 'numeric',
            })}
            {majority !== null && String(majority) !== draft.quorum.trim() && (
              <Button look="quiet" className="form-offer" onClick={() => set({ quorum: String(majority) })}>
                {text('legionForm.quorum.suggest', { quorum: majority, planned: draft.planned.trim() })}
              </Button>
            )}
          </div>
          <div className="form-three">
            {field('lordError', text('legionForm.lordError.hint'), { inputMode: 'numeric' })}
            <div className="form-rest">{field('scroll', text('legionForm.scroll.hint'))}</div>
          </div>
          {check('busWitness', 'legionForm.witness')}
          {draft.busWitness && check('proxyDeath', 'legionForm.proxy')}
          <Area
            label={text('legionForm.stats')}
            hint={text('legionForm.stats.hint')}
            error={problems.stats ?? null}
            value={draft.stats}
            rows={2}
            onChange={(stats) => set({ stats })}
          />
        </fieldset>
        <HookRows hooks={draft.hooks} problems={problems} onChange={(hooks) => set({ hooks })} />
        {Object.keys(told).length === 0 && <ActError error={acting.error} />}
        <div className="foot">
          <EnvWord />
          {legion && (
            <Button large look="quiet" onClick={() => setRemoving(true)}>
              {text('legionForm.remove')}
            </Button>
          )}
          <span className="sp" />
          <Button large look="quiet" disabled={acting.isBusy} onClick={onClose}>
            {text('shell.cancel')}
          </Button>
          <Button large type="submit" look="primary" disabled={acting.isBusy}>
            {text(isNew ? 'legionForm.save.new' : 'legionForm.save.edit')}
          </Button>
        </div>
      </form>
      {/* Beside the form, not in it: what is confirmed there is not saved here. */}
      {legion && <Remove name={legion.name} open={isRemoving} onClose={() => setRemoving(false)} />}
    </>
  );
}

function labelOf(name: keyof form.Draft & form.Field, { way }: form.Draft): string {
  if (name === 'valor' || name === 'role') return text(`legionPage.${name}`);
  if (name === 'address') return text(`legionForm.address.${way === 'multicast' ? way : 'unicast'}`);
  return text(`legionForm.${name}`);
}

const secretHint = (draft: form.Draft, isNew: boolean): string =>
  form.isShortSecret(draft)
    ? text('legionForm.secret.short', { bytes: form.keyBytes(draft.cipher) })
    : isNew
      ? text('legionForm.secret.new', { name: draft.name === '' ? 'NAME' : visible(draft.name, 40) })
      : text('legionForm.secret.edit');

const toleranceHint = (draft: form.Draft): string | undefined =>
  form.isShortTolerance(draft)
    ? text('legionForm.tolerance.short', { safe: form.safeTolerance(draft.freq) ?? 0 })
    : undefined;

const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div className="field">
    <span className="field-label" aria-hidden="true">
      {label}
    </span>
    {children}
  </div>
);

function Cipher(props: {
  readonly draft: form.Draft;
  readonly error: string | null;
  readonly onChoose: (cipher: string) => void;
}) {
  const id = useId();
  const { cipher } = props.draft;
  const isOld = cipher === 'bf-cbc';
  return (
    <div className="field">
      <label htmlFor={id}>{text('legionForm.cipher')}</label>
      <select
        id={id}
        value={cipher}
        aria-invalid={props.error !== null || undefined}
        aria-describedby={isOld || props.error !== null ? `${id}-hint` : undefined}
        onChange={(event) => props.onChoose(event.target.value)}
      >
        {CipherName.options.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {(isOld || props.error !== null) && (
        <p className={props.error === null ? 'field-hint' : 'field-error'} id={`${id}-hint`}>
          {props.error ?? text('legionForm.cipher.legacy')}
        </p>
      )}
    </div>
  );
}

function Area(props: {
  readonly label: string;
  readonly hint: string;
  readonly error: string | null;
  readonly value: string;
  readonly rows?: number;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        rows={props.rows ?? 3}
        className="mono"
        spellCheck={false}
        value={props.value}
        aria-invalid={props.error !== null || undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <p className={props.error === null ? 'field-hint' : 'field-error'} id={`${id}-hint`}>
        {props.error ?? props.hint}
      </p>
    </div>
  );
}

function Remove(props: { readonly name: string; readonly open: boolean; readonly onClose: () => void }) {
  const name = visible(props.name, 40);
  return (
    <ActDialog
      open={props.open}
      onClose={props.onClose}
      title={text('legionForm.remove.title', { name })}
      verb={text('legionForm.remove.do')}
      isLocal
      act={async () => {
        await ask('legion.remove', { name: props.name });
        location.hash = href('/legions');
      }}
      done={text('legionForm.removed', { name })}
    >
      <p className="t2">{text('legionForm.remove.why')}</p>
    </ActDialog>
  );
}
