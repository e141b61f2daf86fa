/** The connect form: everything a profile holds. The password is handed over once and forgotten here. */
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { In } from '../../../shared/contract/contract.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Check, Failure, Field, Segments } from '../../components/index.js';
import { IdentityChoice } from '../../parts/identities.js';
import { ask } from '../../store/connection.js';
import { draftStore, setDraft, useDraft, type ConnectDraft } from '../../store/draft.js';
import { sessionStore, useSession } from '../../store/session.js';

const KINDS = ['production', 'staging', 'test', 'local'] as const;

type Mistakes = { readonly url?: string; readonly beatIntervalS?: string };

export function ConnectForm({ onBegun }: { readonly onBegun: () => void }) {
  const draft = useDraft((all) => all);
  const [password, setPassword] = useState('');
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [failure, setFailure] = useState<AppError | null>(null);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const failed = useRef<HTMLDivElement>(null);
  useFillFromLink();
  useEffect(() => failed.current?.focus(), [failure]);
  const leaves = useSession((state) => (state.live?.mode === 'cluster' ? state.live.profile.name : ''));

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = check(draft);
    setMistakes(found);
    setFailure(null);
    if (Object.keys(found).length > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    setSending(true);
    const parted = partAddress(draft.url.trim());
    const given = { ...draft, url: parted.url, user: draft.user || parted.user };
    setDraft(given);
    try {
      await ask('session.connect', inputOf(given, password || parted.password));
      setPassword('');
      onBegun();
    } catch (reason) {
      setFailure(reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason)));
    } finally {
      setSending(false);
    }
  };
  const bind = (
    key: 'url' | 'user' | 'name' | 'beatIntervalS' | 'caFile' | 'certFile' | 'keyFile' | 'profileName',
  ) => ({
    value: draft[key],
    onChange: (event: { target: { value: string } }) => setDraft({ [key]: event.target.value }),
  });

  return (
    <form ref={form} className="form" onSubmit={(event) => void submit(event)} noValidate>
      <fieldset>
        <legend>{text('connect.broker')}</legend>
        <Field
          label={text('connect.url')}
          hint={text('connect.url.hint')}
          error={mistakes.url ?? null}
          required
          inputMode="url"
          data-first
          {...bind('url')}
        />
        <div className="two-up">
          <Field label={text('connect.user')} autoComplete="username" {...bind('user')} />
          <Field
            label={text('connect.password')}
            hint={text('connect.password.hint')}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
      </fieldset>
      <fieldset>
        <legend>{text('connect.node')}</legend>
        <div className="two-up">
          <Field
            label={text('connect.name')}
            hint={text('connect.name.hint')}
            maxLength={255}
            {...bind('name')}
          />
          <Field
            label={text('connect.interval')}
            inputMode="decimal"
            placeholder="60"
            error={mistakes.beatIntervalS ?? null}
            after={<span className="t3 unit">{text('connect.interval.unit')}</span>}
            {...bind('beatIntervalS')}
          />
        </div>
      </fieldset>
      <fieldset>
        <legend>{text('connect.kind')}</legend>
        <Segments
          large
          label={text('connect.kind')}
          value={draft.kind}
          choices={KINDS.map((value) => ({ value, label: text(`kind.${value}`) }))}
          onChoose={(kind) => setDraft({ kind })}
        />
        <p className="field-hint">{text('connect.kind.hint')}</p>
        <Check
          label={text('connect.readOnly')}
          checked={draft.readOnly}
          onChange={(readOnly) => setDraft({ readOnly })}
        />
      </fieldset>
      <fieldset>
        <legend>{text('connect.tls')}</legend>
        <p className="field-hint">{text('connect.tls.hint')}</p>
        <Field label={text('connect.caFile')} {...bind('caFile')} />
        <IdentityChoice value={draft.identity} onChoose={(identity) => setDraft({ identity })} />
        {draft.identity === '' && (
          <div className="two-up">
            <Field label={text('connect.certFile')} {...bind('certFile')} />
            <Field label={text('connect.keyFile')} {...bind('keyFile')} />
          </div>
        )}
      </fieldset>
      <fieldset>
        <legend>{text('connect.keep')}</legend>
        <Field label={text('connect.profileName')} maxLength={60} {...bind('profileName')} />
        <Check
          label={text('connect.remember')}
          checked={draft.remember}
          onChange={(remember) => setDraft({ remember })}
        />
      </fieldset>
      <div className="form-foot">
        {failure && (
          <div className="form-failure" ref={failed} tabIndex={-1}>
            <Failure code={failure.code} raw={failure.message} />
          </div>
        )}
        <div className="row">
          <Button type="submit" large look="primary" disabled={isSending}>
            {text('connect.do')}
          </Button>
          {leaves !== '' && (
            <span className="t3">{text('connect.leaves', { profile: visible(leaves, 60) })}</span>
          )}
        </div>
      </div>
    </form>
  );
}

/** A cluster that cannot be reached is mostly a mistyped word away: its form starts from what is there. */
function useFillFromLink(): void {
  useEffect(() => {
    const { live } = sessionStore.getState();
    if (live?.mode !== 'cluster' || draftStore.getState().url !== '') return;
    const { kind, name, readOnly } = live.profile;
    setDraft({
      url: live.link.address,
      name: live.self?.name ?? '',
      readOnly,
      profileName: name,
      ...(kind === 'demo' ? {} : { kind }),
    });
  }, []);
}

function check(draft: ConnectDraft): Mistakes {
  const seconds = draft.beatIntervalS.trim();
  const isSeconds = seconds === '' || (/^\d+([.,]\d+)?$/.test(seconds) && inRange(secondsOf(seconds)));
  return {
    ...(/^amqps?:\/\/[^\s/]/i.test(draft.url.trim()) ? {} : { url: text('connect.url.wrong') }),
    ...(isSeconds ? {} : { beatIntervalS: text('connect.interval.wrong') }),
  };
}

const secondsOf = (words: string): number => Number(words.replace(',', '.'));
const inRange = (seconds: number): boolean => seconds >= 0.2 && seconds <= 3600;

/** Only what was filled in; empty fields are left to the defaults. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % is meant as it stands
  }
};

/** A password inside the address goes where passwords go, and is forgotten with them. */
function partAddress(url: string): {
  readonly url: string;
  readonly user: string;
  readonly password: string;
} {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (!address || address.password === '') return { url, user: '', password: '' };
  const user = decoded(address.username);
  const password = decoded(address.password);
  address.username = '';
  address.password = '';
  return { url: address.href, user, password };
}

function inputOf(draft: ConnectDraft, password: string): In<'session.connect'> {
  const given = <K extends string>(key: K, value: string): { readonly [P in K]?: string } =>
    (value.trim() === '' ? {} : { [key]: value.trim() }) as { readonly [P in K]?: string };
  return {
    url: draft.url.trim(),
    kind: draft.kind,
    readOnly: draft.readOnly,
    remember: draft.remember,
    ...given('user', draft.user),
    ...(password === '' ? {} : { password }),
    ...given('name', draft.name),
    ...given('caFile', draft.caFile),
    ...(draft.identity === ''
      ? { ...given('certFile', draft.certFile), ...given('keyFile', draft.keyFile) }
      : { identity: draft.identity }),
    ...given('profileName', draft.profileName),
    ...(draft.beatIntervalS.trim() === '' ? {} : { beatIntervalS: secondsOf(draft.beatIntervalS.trim()) }),
  };
}
