/** What others push to this console as plain text: modes, what may be changed, and each push with its outcome. */
import { RECEIVED_KINDS, type Receive, type Received } from '../../shared/domain/received.js';
import { formatAge, text, visible, whatText } from '../../shared/i18n/index.js';
import { fields, table } from './table.js';

const NOTHING = text('cli.nothing');
/** Enough to tell the few that wait apart; any unique beginning is taken. */
const SHOWN_ID = 8;

export function receivedText(picture: Receive): string {
  const { modes, allow, installer, items, at } = picture;
  const head = fields([
    ...RECEIVED_KINDS.map((kind): readonly [string, string] => [
      text(`received.kind.${kind}`),
      text(`received.mode.${modes[kind]}`),
    ]),
    [text('cli.field.allowed'), allow.join(', ') || NOTHING],
    [text('cli.field.installer'), installer.about],
  ]);
  if (items.length === 0) return `${head}\n\n${text('cli.received.none')}`;
  const rows = table(
    [
      text('cli.head.id'),
      text('cli.head.state'),
      text('cli.head.what'),
      text('cli.head.from'),
      text('cli.head.when'),
      text('cli.head.detail'),
    ],
    items.map((item) => [
      item.id.slice(0, SHOWN_ID),
      text(`received.state.${item.state}`),
      whatText(item.what),
      item.from ?? NOTHING,
      formatAge(at - item.at),
      outcome(item),
    ]),
    [4],
  );
  return `${head}\n\n${rows}`;
}

function outcome({ error, detail, changes, canUndo }: Received): string {
  const effect = changes
    .map(({ path, before, after }) => `${path} ${before ?? NOTHING} → ${after}`)
    .join(', ');
  return [error ?? (effect || detail || NOTHING), canUndo ? text('cli.received.can-undo') : '']
    .filter(Boolean)
    .map((part) => visible(part, 200))
    .join('; ');
}
