/** Packets of real uWSGI processes, as the tests beside this file read them. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../vectors/uwsgi-legion/', import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;

/** A value that is no UTF-8 is given in hexadecimal digits. */
export type RecordedEntry = [string, string | { hex: string }];
export type Recorded = { hex: string; plain_hex?: string; dict: RecordedEntry[] };
export type Choice = { cipher: string; secret: string; iv_text: string | null };
export type Capture = Choice & {
  legion: string;
  key_hex: string;
  iv_hex: string;
  option_value?: string;
  packets: Recorded[];
};

const APART = new Set(['other-ciphers.json', 'cipher-probe.json']);
/** By file name: one legion each, with all of its packets. */
export const captures: [string, Capture][] = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && !APART.has(file))
  .map((file) => [file.replace('.json', ''), read<Capture>(file)]);

export const otherCiphers = read<{ packets: (Choice & Recorded)[] }>('other-ciphers.json').packets;
export const probed = read<{
  results: { cipher: string; legacy_provider: boolean; nodes_joined: boolean }[];
}>('cipher-probe.json').results;
