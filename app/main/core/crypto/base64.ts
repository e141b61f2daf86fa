/** Base64 as Ruby's `Base64.encode64` writes it, and read strictly where it comes from strangers. */

/** A line break every 60 columns and at the end. */
export const rubyBase64 = (bytes: Buffer): string => breakLines(bytes.toString('base64'), 60);

/** `text` in lines of `columns`, each ended by a line break. */
export function breakLines(text: string, columns: number): string {
  let lines = '';
  for (let at = 0; at < text.length; at += columns) lines += `${text.slice(at, at + columns)}\n`;
  return lines;
}

/** The bytes, or null when it is anything but Base64. White space counts for nothing, padding may be missing. */
export function readBase64(text: string): Buffer | null {
  const bare = text.replace(/\s+/g, '').replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(bare)) return null;
  const bytes = Buffer.from(bare, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === bare ? bytes : null;
}
