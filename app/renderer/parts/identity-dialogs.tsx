/** The dialogs in which a certificate comes: file and passphrase, PEM pair, key with request, and its completion. */
import { useId, useRef, useState } from 'react';
import { AppError } from '../../shared/errors/app-error.js';
import type { Identity } from '../../shared/domain/identity.js';
import { text, visible } from '../../shared/i18n/index.js';
import { Button, Field, Segments } from '../components/index.js';
import { ask } from '../store/connection.js';
import { useSession } from '../store/session.js';
import { ActDialog } from './acting.js';

type Props = { readonly onClose: () => void; readonly onAdded: (identity: Identity) => void };

const MAX_P12 = 700_000;
const MAX_PEM = 65_536;
const BITS = ['2048', '3072', '4096'] as const;

/** Read when it is handed over, and not before. */
async function base64Of(file: File): Promise<string> {
  if (file.size > MAX_P12) throw new AppError('IDENTITY_UNREADABLE', 'too large');
  let out = '';
  for (const byte of new Uint8Array(await file.arrayBuffer())) out += String.fromCharCode(byte);
  return btoa(out);
}

const pemOf = async (file: File | null): Promise<string | undefined> => {
  if (file === null) return undefined;
  if (file.size > MAX_PEM) throw new AppError('IDENTITY_UNREADABLE', 'too large');
  return file.text();
};

export function ImportP12({ onClose, onAdded }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [label, setLabel] = useState('');
  const load = async (): Promise<void> => {
    if (!file) return;
    const given = { pkcs12: await base64Of(file), passphrase, ...(label.trim() && { label: label.trim() }) };
    onAdded(await ask('identity.import', given));
  };
  return (
    <ActDialog
      open
      isLocal
      onClose={onClose}
      title={text('identity.p12.title')}
      verb={text('identity.import.do')}
      isBlocked={file === null}
      act={load}
      done={text('identity.imported')}
    >
      <FileField label={text('identity.p12.file')} accept=".p12,.pfx" file={file} onFile={setFile} />
      <Field
        label={text('identity.passphrase')}
        hint={text('identity.passphrase.hint')}
        type="password"
        autoComplete="off"
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <LabelField value={label} onChange={setLabel} />
    </ActDialog>
  );
}

export function ImportPem({ onClose, onAdded }: Props) {
  const [certificate, setCertificate] = useState<File | null>(null);
  const [key, setKey] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [label, setLabel] = useState('');
  const load = async (): Promise<void> => {
    const [certificateText, keyText] = [await pemOf(certificate), await pemOf(key)];
    onAdded(
      await ask('identity.import', {
        ...(certificateText === undefined ? {} : { certificate: certificateText }),
        ...(keyText === undefined ? {} : { key: keyText }),
        ...(passphrase && { passphrase }),
        ...(label.trim() && { label: label.trim() }),
      }),
    );
  };
  return (
    <ActDialog
      open
      isLocal
      onClose={onClose}
      title={text('identity.pem.title')}
      verb={text('identity.import.do')}
      isBlocked={certificate === null}
      act={load}
      done={text('identity.imported')}
    >
      <FileField
        label={text('identity.pem.certificate')}
        accept=".pem,.crt,.cer"
        file={certificate}
        onFile={setCertificate}
      />
      <FileField label={text('identity.pem.key')} accept=".pem,.key" file={key} onFile={setKey} />
      <Field
        label={text('identity.pem.passphrase')}
        type="password"
        autoComplete="off"
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <LabelField value={label} onChange={setLabel} />
    </ActDialog>
  );
}

export function RequestDialog({ onClose, onAdded }: Props) {
  const self = useSession((state) => state.live?.self?.name ?? '');
  const [commonName, setCommonName] = useState(self.slice(0, 64));
  const [sans, setSans] = useState('');
  const [bits, setBits] = useState<(typeof BITS)[number]>('2048');
  const sizes = { '2048': 2048, '3072': 3072, '4096': 4096 } as const;
  const make = async (): Promise<void> => {
    const names = sans.split(/[\s,]+/).filter(Boolean);
    onAdded(await ask('identity.request', { commonName: commonName.trim(), sans: names, bits: sizes[bits] }));
  };
  return (
    <ActDialog
      open
      isLocal
      onClose={onClose}
      title={text('identity.request.title')}
      verb={text('identity.request.do')}
      isBlocked={commonName.trim() === ''}
      act={make}
      done={text('identity.request.done')}
    >
      <p className="t2">{text('identity.request.why')}</p>
      <Field
        label={text('identity.request.name')}
        maxLength={64}
        value={commonName}
        onChange={(event) => setCommonName(event.target.value)}
      />
      <Field
        label={text('identity.request.sans')}
        hint={text('identity.request.sans.hint')}
        value={sans}
        onChange={(event) => setSans(event.target.value)}
      />
      <div className="row">
        <Segments
          label={text('keyPage.rotate.bits')}
          value={bits}
          choices={BITS.map((value) => ({ value, label: text('keyPage.bits', { bits: Number(value) }) }))}
          onChoose={setBits}
        />
      </div>
    </ActDialog>
  );
}

export function CompleteDialog({ identity, onClose, onAdded }: Props & { readonly identity: Identity }) {
  const [file, setFile] = useState<File | null>(null);
  const complete = async (): Promise<void> => {
    const certificate = await pemOf(file);
    if (certificate !== undefined) onAdded(await ask('identity.complete', { id: identity.id, certificate }));
  };
  return (
    <ActDialog
      open
      isLocal
      onClose={onClose}
      title={text('identity.complete.title', { label: visible(identity.label, 60) })}
      verb={text('identity.import.do')}
      isBlocked={file === null}
      act={complete}
      done={text('identity.imported')}
    >
      <p className="t2">{text('identity.complete.why')}</p>
      <FileField
        label={text('identity.complete.file')}
        accept=".pem,.crt,.cer"
        file={file}
        onFile={setFile}
      />
    </ActDialog>
  );
}

const LabelField = (props: { readonly value: string; readonly onChange: (value: string) => void }) => (
  <Field
    label={text('identity.label')}
    hint={text('identity.label.hint')}
    maxLength={60}
    value={props.value}
    onChange={(event) => props.onChange(event.target.value)}
  />
);

/** A file, named once it is chosen; the browser's own field is there for readers and keys. */
function FileField(props: {
  readonly label: string;
  readonly accept: string;
  readonly file: File | null;
  readonly onFile: (file: File | null) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="field file-field">
      <label htmlFor={id}>{props.label}</label>
      <div className="row">
        <Button aria-hidden="true" tabIndex={-1} onClick={() => input.current?.click()}>
          {text('identity.choose')}
        </Button>
        <span className="mono t2 el">{props.file ? visible(props.file.name, 80) : ''}</span>
        <input
          ref={input}
          id={id}
          type="file"
          accept={props.accept}
          className="over"
          onChange={(event) => props.onFile(event.target.files?.[0] ?? null)}
        />
      </div>
    </div>
  );
}
