/** Our one origin in the desktop app, who counts as it, and how little it may do. */

export const SCHEME = 'app';
const HOST = 'console';
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/** True for addresses of our own page. The parser knows no origin of our scheme, so the parts are compared. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${SCHEME}:` && host === HOST && username === '' && password === '';
}

/** What Electron says of who sent a message; null when the frame is gone already. */
export type SenderFrame = { readonly url: string; readonly parent: unknown } | null;

/** Only the top frame of our own page is listened to. */
export const isOwnFrame = (frame: SenderFrame): boolean =>
  frame !== null && frame.parent === null && isOwnUrl(frame.url);

/** Copy buttons write plain text, alarms may leave the window if the user wants them; all else is refused. */
export const mayHave = (permission: string, url: string): boolean =>
  ['clipboard-sanitized-write', 'notifications'].includes(permission) && isOwnUrl(url);
