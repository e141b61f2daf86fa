/**
 * A second person approves on another console, by two texts: the request goes there, the signed one comes back.
 * `ApprovalDialog` is the side that asks; `SignDialog` the side that reads, looks and signs. The texts are no secrets.
 */
import { useId, useRef, useState } from 'react';
import type { RunHead } from '../../shared/domain/change.js';
import type { ApprovalRequest } from '../../shared/domain/received.js';
import { AppError } from '../../shared/errors/app-error.js';
import { formatMoment, text, visible, visibleBlock, whatText } from '../../shared/i18n/index.js';
import { Button, Dialog } from '../components/index.js';
import { ask, useCall } from '../store/connection.js';
import { usePrefs } from '../store/prefs.js';
import { say } from '../store/ui.js';
import { ActError, copyText, EnvBand, EnvWord, useActing, useMay } from './acting.js';
import { download } from './download.js';

const MAX_TEXT = 65_536;

export function ApprovalDialog({ run, onClose }: { readonly run: RunHead; readonly onClose: () => void }) {
  const { data, error } = useCall('run.approval', { id: run.id });
  const may = useMay();
  const acting = useActing();
  const utc = usePrefs((prefs) => prefs.utc);
  const [signed, setSigned] = useState('');
  const approve = (): void =>
    acting.run(
      () => ask('run.approve', { id: run.id, text: signed.trim() }),
      () => {
        say(text('approval.approved'));
        onClose();
      },
    );
  return (
    <Dialog
      open
      onOpen={(open) => !open && !acting.isBusy && onClose()}
      title={text('approval.title')}
      className="act confirm-send"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (signed.trim() !== '' && may.whyNot === null) approve();
        }}
      >
        <EnvBand />
        <div className="act-body">
          <p className="t2">
            <EnvWord /> {text('approval.why', { what: whatText(run.what), count: run.total })}
            {run.approval &&
              ` ${text('approval.until', { at: formatMoment(run.approval.until, utc).slice(0, 16) })}`}
          </p>
          <h3 className="h2">{text('approval.request')}</h3>
          {data ? (
            <OutText label={text('approval.request')} value={data.text} file={`approval-${run.id}.txt`} />
          ) : null}
          <ActError error={error} />
          <h3 className="h2">{text('approval.back')}</h3>
          <InText label={text('approval.signed')} value={signed} onChange={setSigned} error={acting.error} />
          {may.whyNot !== null && <p className="t2">{may.whyNot}</p>}
        </div>
        <div className="foot">
          <Button large look="quiet" disabled={acting.isBusy} onClick={onClose}>
            {text('approval.later')}
          </Button>
          <Button
            large
            look="primary"
            type="submit"
            disabled={signed.trim() === '' || acting.isBusy || !may.act || may.whyNot !== null}
          >
            {text('approval.use')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** As the second person: read what somebody else asks for, then sign it with this console's key. */
export function SignDialog({ onClose }: { readonly onClose: () => void }) {
  const acting = useActing();
  const [given, setGiven] = useState('');
  const [request, setRequest] = useState<ApprovalRequest | null>(null);
  const [signed, setSigned] = useState<string | null>(null);
  const read = (): void =>
    acting.run(async () => setRequest(await ask('approval.read', { text: given.trim() })));
  const sign = (): void =>
    acting.run(async () => setSigned((await ask('approval.sign', { text: given.trim() })).text));
  const step = signed !== null ? 'signed' : request ? 'look' : 'give';
  return (
    <Dialog
      open
      onOpen={(open) => !open && !acting.isBusy && onClose()}
      title={text('approval.sign.title')}
      className="act confirm-send"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (step === 'give' && given.trim() !== '') read();
        }}
      >
        <div className="act-body">
          {step === 'give' && (
            <>
              <p className="t2">{text('approval.sign.why')}</p>
              <InText
                label={text('approval.sign.text')}
                value={given}
                onChange={setGiven}
                error={acting.error}
              />
            </>
          )}
          {step === 'look' && request && (
            <>
              <RequestFacts request={request} />
              <ActError error={acting.error} />
            </>
          )}
          {signed !== null && (
            <>
              <p>{text('approval.sign.done')}</p>
              <OutText
                label={text('approval.signed')}
                value={signed}
                file={`approved-${request?.runId ?? 'run'}.txt`}
              />
            </>
          )}
        </div>
        <div className="foot">
          <Button large look="quiet" disabled={acting.isBusy} onClick={onClose}>
            {text(step === 'signed' ? 'approval.close' : 'shell.cancel')}
          </Button>
          {step === 'give' && (
            <Button large look="primary" type="submit" disabled={given.trim() === '' || acting.isBusy}>
              {text('approval.sign.read')}
            </Button>
          )}
          {step === 'look' && (
            <Button large look="primary" disabled={acting.isBusy} onClick={sign}>
              {text('approval.sign.do')}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function RequestFacts({ request }: { readonly request: ApprovalRequest }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const rows = [
    ['what', whatText(request.what)],
    [
      'nodes',
      text('approval.fact.nodes.value', { count: request.nodes, broadcast: String(request.broadcast) }),
    ],
    ['names', request.firstNames.map((name) => visible(name, 60)).join(', ')],
    ['profile', visible(request.profile, 60)],
    [
      'by',
      text('approval.fact.by.value', { by: visible(request.by, 60), console: visible(request.console, 60) }),
    ],
    ['until', formatMoment(request.until, utc).slice(0, 16)],
  ] as const;
  return (
    <>
      <dl className="facts approval-facts">
        {rows.map(([fact, value]) => (
          <div key={fact}>
            <dt>{text(`approval.fact.${fact}`)}</dt>
            <dd className="wrap">{value}</dd>
          </div>
        ))}
      </dl>
      {request.what.kind === 'settings' && (
        <pre className="mono body-text" tabIndex={0}>
          {visibleBlock(request.what.settings, 4000)}
        </pre>
      )}
      <p className="t2">{text('approval.sign.look')}</p>
    </>
  );
}

function OutText({
  label,
  value,
  file,
}: {
  readonly label: string;
  readonly value: string;
  readonly file: string;
}) {
  return (
    <div className="approval-text">
      <textarea
        className="mono"
        readOnly
        rows={4}
        aria-label={label}
        value={value}
        onFocus={(event) => event.target.select()}
      />
      <div className="row">
        <Button onClick={() => copyText(value)}>{text('approval.copy')}</Button>
        <Button onClick={() => download(file.replace(/[^\w.-]/g, '_'), 'text/plain', value)}>
          {text('approval.download')}
        </Button>
      </div>
    </div>
  );
}

/** A text that is pasted, or read from a file. */
function InText(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: AppError | null;
}) {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const [own, setOwn] = useState<AppError | null>(null);
  const open = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    setOwn(chosen.size > MAX_TEXT ? new AppError('APPROVAL_UNREADABLE', 'too large') : null);
    if (chosen.size <= MAX_TEXT) props.onChange(await chosen.text());
  };
  return (
    <div className="approval-text">
      <textarea
        className="mono"
        rows={4}
        maxLength={MAX_TEXT}
        spellCheck={false}
        aria-label={props.label}
        aria-describedby={`${id}-error`}
        placeholder={text('approval.paste')}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <div className="row">
        <Button onClick={() => file.current?.click()}>{text('approval.open')}</Button>
        <input
          ref={file}
          hidden
          type="file"
          accept=".txt,text/plain"
          onChange={(event) => void open(event.target.files?.[0])}
        />
      </div>
      <div id={`${id}-error`}>
        <ActError error={own ?? props.error} />
      </div>
    </div>
  );
}
