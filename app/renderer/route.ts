/**
 * The address: everything after the hash, as `/nodes?filter=state:silent&peek=c-114`. Page, filter and the
 * node in view live here, so that a view can be linked to and comes back after a reload. Works on both hosts.
 */
import { useSyncExternalStore } from 'react';

type Params = Readonly<Record<string, string | null>>;

const read = (): string => location.hash.replace(/^#/, '') || '/';
const split = (address: string): [path: string, params: URLSearchParams] => {
  const at = address.indexOf('?');
  return at < 0
    ? [address, new URLSearchParams()]
    : [address.slice(0, at), new URLSearchParams(address.slice(at + 1))];
};

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** `/nodes` and parameters as a link of this page; null and empty parameters are left out. */
export function href(path: string, params: Params = {}): string {
  const kept = Object.entries(params).filter((entry): entry is [string, string] => !!entry[1]);
  return `#${path}${kept.length > 0 ? `?${new URLSearchParams(kept).toString()}` : ''}`;
}

export const nodeHref = (name: string): string => href(`/nodes/${encodeURIComponent(name)}`);
/** The name in the address of a node page. The router's own decoding leaves `: / ? # & =` as they were written. */
export function nodeOf(path: string): string {
  const written = path.replace(/^\/nodes\//, '');
  try {
    return decodeURIComponent(written);
  } catch {
    return written; // typed by hand, and not finished
  }
}
export const runHref = (id: string): string => href(`/changes/${encodeURIComponent(id)}`);
/** The id in the address of a run, or '' on any other page. */
export function runOf(path: string): string {
  const written = /^\/changes\/(?!new\/)(.+)$/.exec(path)?.[1] ?? '';
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
export const legionHref = (name: string, params: Params = {}): string =>
  href(`/legions/${encodeURIComponent(name)}`, params);
/** The name in the address of a legion; '' on the page of all, and on any other page. */
export function legionOf(path: string): string {
  const written = /^\/legions\/(.+)$/.exec(path)?.[1] ?? '';
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
export const nodesHref = (filter: string): string => href('/nodes', { filter });

export const go = (path: string, params: Params = {}): void => {
  location.hash = href(path, params);
};

const ARRIVAL_MS = 1000;
let arrivalUntil = -Infinity;

/** Said before a key goes to another page: the focus shall come along, see `isArriving`. */
export const expectArrival = (): void => void (arrivalUntil = performance.now() + ARRIVAL_MS);
/** Whether the page that is being shown was asked for by key just now. */
export const isArriving = (): boolean => performance.now() < arrivalUntil;

export const endArrival = (): void => void (arrivalUntil = -Infinity);

/** Changes parameters of the present page without a new entry in the history. */
export function setParams(change: Params): void {
  const [path, params] = split(read());
  for (const [name, value] of Object.entries(change)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  history.replaceState(null, '', href(path, Object.fromEntries(params)));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export const useParam = (name: string): string =>
  useSyncExternalStore(subscribe, () => split(read())[1].get(name) ?? '');

export const currentPath = (): string => split(read())[0];

/** The path alone, in the shape wouter asks of a location hook. */
export const usePath = (): [string, (path: string) => void] => [
  useSyncExternalStore(subscribe, currentPath),
  go,
];
