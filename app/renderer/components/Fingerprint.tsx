/** A fingerprint whole, in groups of four, three lines; its eight words; or both covered while somebody compares. */
import { Copy } from 'lucide-react';
import { fingerprintGroups, fingerprintWords, shortFingerprint } from '../../shared/domain/fingerprint.js';
import { text } from '../../shared/i18n/index.js';
import { IconButton } from './Button.js';

const PER_LINE = 4;

const lines = <T,>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

export function Fingerprint({
  value,
  isCovered = false,
}: {
  readonly value: string;
  readonly isCovered?: boolean;
}) {
  if (isCovered) {
    return (
      <p className="fp covered" role="img" aria-label={text('keyPage.covered')}>
        {lines(fingerprintGroups(value), PER_LINE).map((line, i) => (
          <span key={i} aria-hidden="true">
            {line.map((group) => '•'.repeat(group.length)).join(' ')}
          </span>
        ))}
      </p>
    );
  }
  return (
    <p className="fp" data-testid="fingerprint">
      {lines(fingerprintGroups(value), PER_LINE).map((line, i) => (
        <span key={i}>{line.join(' ')} </span>
      ))}
    </p>
  );
}

/** The first 64 bits as words, for a check by voice. */
export const FingerprintWords = ({ value }: { readonly value: string }) => (
  <p className="lab t2 fp-words">
    {lines(fingerprintWords(value), PER_LINE).map((line, i) => (
      <span key={i}>{line.join(' ')} </span>
    ))}
  </p>
);

/** First eight and last three characters, for lists; the whole on hover. */
export const ShortFingerprint = ({ value }: { readonly value: string }) => (
  <span className="mono short-fp" title={fingerprintGroups(value).join(' ')}>
    {shortFingerprint(value)}
  </span>
);

export function CopyIcon({ label, onCopy }: { readonly label: string; readonly onCopy: () => void }) {
  return <IconButton icon={Copy} label={label} onClick={onCopy} />;
}
