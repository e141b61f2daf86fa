/** What is asked of or told to the whole cluster about keys, each behind a dialog; and pins as a file. */
import { useState, type RefObject } from 'react';
import type { Out } from '../../../shared/contract/contract.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { errorText, formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { Button, Dialog } from '../../components/index.js';
import { ActDialog } from '../../parts/acting.js';
import { download } from '../../parts/index.js';
import { ask } from '../../store/connection.js';
import { useShown } from '../../store/session.js';
import { say } from '../../store/ui.js';

const MAX_FILE = 8_000_000;
const NAMED = 12;

export function KeyDialogs({ doing, onClose }: { readonly doing: string; readonly onClose: () => void }) {
  const total = useShown((session) => session.summary.total, 0);
  const shown = formatNumber(total);
  return (
    <>
      <ActDialog
        open={doing === 'ask'}
        onClose={onClose}
        title={text('keyPage.ask.title')}
        verb={text('keyPage.ask.do', { total })}
        act={() => ask('key.ask', {})}
        done={text('keyPage.done.asked')}
      >
        <p className="t2">{text('keyPage.ask.why', { total: shown })}</p>
      </ActDialog>
      <ActDialog
        open={doing === 'announce'}
        onClose={onClose}
        title={text('keyPage.announce.title')}
        verb={text('keyPage.announce.do', { total })}
        act={() => ask('key.announce', {})}
        done={text('keyPage.done.announced')}
      >
        <p className="t2">{text('keyPage.announce.why', { total: shown })}</p>
      </ActDialog>
    </>
  );
}

const codeOf = (reason: unknown): string => (reason instanceof AppError ? reason.code : 'INTERNAL');

export function savePins(): void {
  ask('key.export', {}).then(
    ({ text: pins }) => download('legion-pins.json', 'application/json', pins),
    (reason: unknown) => say(errorText(codeOf(reason)).what),
  );
}

type Imported =
  | { readonly ok: true; readonly fileName: string; readonly out: Out<'key.import'> }
  | { readonly ok: false; readonly fileName: string; readonly code: string };

/** The hidden field that the menu opens, and what came of the chosen file. */
export function PinsFile({ file }: { readonly file: RefObject<HTMLInputElement | null> }) {
  const [result, setResult] = useState<Imported | null>(null);
  const read = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    const fileName = chosen.name;
    try {
      if (chosen.size > MAX_FILE) throw new AppError('KEY_IMPORT_INVALID', 'too large');
      setResult({ ok: true, fileName, out: await ask('key.import', { text: await chosen.text() }) });
    } catch (reason) {
      setResult({ ok: false, fileName, code: codeOf(reason) });
    }
  };
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        className="sr"
        tabIndex={-1}
        aria-label={text('keyPage.import')}
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Dialog
        open={result !== null}
        onOpen={(open) => !open && setResult(null)}
        title={text(result?.ok === false ? 'keyPage.import.bad' : 'keyPage.import.title')}
      >
        {result && (
          <>
            <p className="t3 lab">{visible(result.fileName, 100)}</p>
            {result.ok ? <Outcome out={result.out} /> : <Refused code={result.code} />}
          </>
        )}
        <div className="foot">
          <Button large look="primary" onClick={() => setResult(null)}>
            {text('shell.close')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function Outcome({ out }: { readonly out: Out<'key.import'> }) {
  const { added, known, contradicts } = out;
  return (
    <>
      <p className="act-body">{text('keyPage.import.done', { added, known })}</p>
      {contradicts.length > 0 && (
        <p className="t2">
          {text('keyPage.import.contradicts', { count: contradicts.length })}{' '}
          <span className="b5">
            {contradicts
              .slice(0, NAMED)
              .map((name) => visible(name, 60))
              .join(', ')}
            {contradicts.length > NAMED && '…'}
          </span>
        </p>
      )}
    </>
  );
}

function Refused({ code }: { readonly code: string }) {
  const { what, next } = errorText(code);
  return (
    <p className="act-error" role="alert">
      <span className="b5">{what}</span> {next}
    </p>
  );
}
