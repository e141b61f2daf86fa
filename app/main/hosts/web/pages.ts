/** The few plain pages that need no session: why there is no console here, and how to get in. */
import { text, type TextKey } from '../../../shared/i18n/index.js';

export type PageKey = 'no-session' | 'token-used' | 'token-unknown' | 'refused' | 'not-found';

const COMMANDS = ['legion-console link', 'npm run -s cli -- link'];

/** No values go into these pages, so there is nothing to escape. */
export function plainPage(key: PageKey): string {
  const next = key === 'not-found' ? '' : text(`page.${key}.next`);
  const isWayIn = key !== 'refused' && key !== 'not-found';
  const commands = isWayIn ? COMMANDS.map((command) => `<pre>${command}</pre>`).join('') : '';
  const title = text('page.title');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>
body{font:15px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}
h1{font-size:1rem;font-weight:600;opacity:.7}h2{font-size:1.35rem;font-weight:600;margin:.2em 0}
pre{font:13px ui-monospace,monospace;padding:.6em .8em;border:1px solid #8884;border-radius:6px}
</style></head><body><main><h1>${title}</h1><h2>${text(`page.${key}` satisfies TextKey)}</h2><p>${next}</p>${commands}</main></body></html>
`;
}
