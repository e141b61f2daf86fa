/**
 * The values of uWSGI's legion options, by its own rules of splitting: at single blanks, so that two of them make an
 * empty field; the secret ends at its first blank and may hold colons; numbers end where their digits do.
 */
import { LegionHook, type LegionOptions } from '../../../shared/domain/legion-options.js';
import { cipherNamed, whyRefused } from '../protocol/uwsgi/cipher.js';
import type { CipherRefusal } from '../../../shared/domain/legion-cipher.js';

/** Cut at the first blank; null without one. */
export function firstWord(text: string): { word: string; rest: string } | null {
  const at = text.indexOf(' ');
  return at < 0 ? null : { word: text.slice(0, at), rest: text.slice(at + 1) };
}

/** As C reads a number: 0 without digits; `isWhole`: nothing else stands there. */
export function readNumber(text: string): { value: number; isWhole: boolean } {
  const digits = /^\s*([+-]?\d+)/.exec(text);
  return { value: digits ? Number(digits[1]) : 0, isWhole: digits !== null && digits[0] === text };
}

export type Address = { readonly host: string; readonly port: number };

/** `host:port` with an empty host as all interfaces; the mistake otherwise. */
export function readAddress(text: string): Address | 'unix-socket' | 'address' {
  const at = text.indexOf(':');
  if (at < 0) return 'unix-socket';
  const port = text.slice(at + 1);
  if (!/^\d{1,5}$/.test(port)) return 'address';
  return { host: text.slice(0, at) || '0.0.0.0', port: Number(port) };
}

type Defined = Pick<LegionOptions, 'name' | 'valor' | 'cipher' | 'secret' | 'iv'> & {
  readonly listen: Address;
};
export type LegionRead =
  | { readonly ok: true; readonly legion: Defined; readonly isValorWhole: boolean }
  | { readonly ok: false; readonly kind: 'syntax' | 'address' | 'unix-socket' | 'value' }
  | { readonly ok: false; readonly kind: 'valor'; readonly valor: number }
  | { readonly ok: false; readonly kind: 'cipher'; readonly why: CipherRefusal };

/** `<name> <addr> <valor> <cipher>:<secret>[ <iv>]`. Nothing of it is told in a mistake: any field may be the secret. */
export function readLegion(value: string): LegionRead {
  const name = firstWord(value);
  const address = name && firstWord(name.rest);
  const valor = address && firstWord(address.rest);
  const colon = valor ? valor.rest.indexOf(':') : -1;
  if (!valor || colon < 0 || name.word === '' || valor.word === '') return { ok: false, kind: 'syntax' };
  const listen = readAddress(address.word);
  if (typeof listen === 'string') return { ok: false, kind: address.word === '' ? 'syntax' : listen };
  const number = readNumber(valor.word);
  if (number.value < 0 || number.value > 65_535) return { ok: false, kind: 'valor', valor: number.value };
  const typed = valor.rest.slice(0, colon);
  const cipher = cipherNamed(typed);
  if (!cipher) return { ok: false, kind: 'cipher', why: whyRefused(typed) };
  const tail = valor.rest.slice(colon + 1);
  const cut = firstWord(tail);
  const legion = {
    name: name.word,
    listen,
    valor: number.value,
    cipher,
    secret: cut?.word ?? tail,
    // uWSGI fills an empty iv up like a missing one.
    iv: cut?.rest || null,
  };
  return { ok: true, legion, isValorWhole: number.isWhole };
}

/** `<action>:<argument>`; the mistake otherwise. */
export function readHook(
  event: LegionHook['event'],
  text: string,
): LegionHook | 'action' | 'action-unknown' | 'value' {
  const colon = text.indexOf(':');
  if (colon < 0) return 'action';
  const action = LegionHook.shape.action.safeParse(text.slice(0, colon));
  if (!action.success) return 'action-unknown';
  const hook = LegionHook.safeParse({ event, action: action.data, argument: text.slice(colon + 1) });
  return hook.success ? hook.data : 'value';
}
