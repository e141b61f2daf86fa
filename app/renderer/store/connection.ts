/**
 * The stores' line to the node: opens their streams, applies what comes, opens them again after a loss,
 * and sets the window's pace by when it takes the next item. Also the one hook for single answers.
 */
import { useEffect, useState } from 'react';
import type { CallName, In, Out, StreamName } from '../../shared/contract/contract.js';
import { AppError } from '../../shared/errors/app-error.js';
import type { Client } from '../client/index.js';
import { currentPath } from '../route.js';
import { startClock } from './clock.js';
import { acceptEvents } from './events.js';
import { acceptKeys } from './keys.js';
import { acceptLegions } from './legions.js';
import { isPaused, resume, settleFreeze } from './pause.js';
import { prefsStore } from './prefs.js';
import { acceptFrame } from './roster.js';
import { acceptRuns } from './runs.js';
import { acceptSecrets } from './secrets.js';
import { acceptSession, sessionStore } from './session.js';
import { acceptVault } from './vault.js';

type Stop = () => void;

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const UNFOCUSED_MS = 1000;

let current: Client | null = null;

/** Asks the node; rejects with AppError, CONSOLE_NOT_RUNNING while there is no channel. */
export function ask<K extends CallName>(name: K, input: In<K>, signal?: AbortSignal): Promise<Out<K>> {
  if (!current) return Promise.reject(new AppError('CONSOLE_NOT_RUNNING', 'no channel to the console'));
  return current.call(name, input, signal);
}

/** Opens a channel and the stores' streams, and again whenever it is lost. The answer stops it all. */
export function startConsole(open: () => Promise<Client>): Stop {
  let stopped = false;
  let attempt = 0;
  let closeStreams: Stop = () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopClock = startClock();

  const tryOpen = async (): Promise<void> => {
    try {
      const client = await open();
      if (stopped) return;
      attempt = 0;
      current = client;
      closeStreams = connectStores(client);
      client.onLost(() => {
        closeStreams();
        lose('CONSOLE_NOT_RUNNING');
      });
    } catch {
      lose('CONSOLE_NOT_RUNNING');
    }
  };
  const lose = (code: string): void => {
    if (stopped) return;
    current = null;
    markLost(code);
    timer = setTimeout(() => void tryOpen(), retryDelay(attempt));
    attempt += 1;
  };

  void tryOpen();
  return () => {
    stopped = true;
    clearTimeout(timer);
    closeStreams();
    stopClock();
    current = null;
  };
}

/** Fills the stores from one client until the answer is called or the client is lost. */
export function connectStores(client: Client): Stop {
  current = client;
  const stops = [
    keepOpen(client, 'session.watch', {}, (session) => {
      // Another cluster: nothing of the old one may stay on screen as if it were the new one's.
      const before = sessionStore.getState().live;
      if (before && (before.mode !== session.mode || before.profile.name !== session.profile.name)) resume();
      acceptSession(session, isPaused());
      settleFreeze();
      return true;
    }),
    keepOpen(client, 'roster.watch', {}, acceptFrame),
    keepOpen(client, 'event.watch', { limit: 2000 }, (frame) => acceptEvents(frame, isPaused())),
    keepOpen(client, 'key.watch', {}, acceptKeys),
    keepOpen(client, 'secret.watch', {}, (secrets) => acceptSecrets(secrets, isPaused())),
    keepOpen(client, 'vault.watch', {}, (vault) => acceptVault(vault, isPaused())),
    keepOpen(client, 'run.watchList', {}, (list) => acceptRuns(list, isPaused())),
    keepOpen(client, 'legion.watch', {}, (frame) => acceptLegions(frame, isPaused())),
  ];
  for (const one of wanted) one.open(client);
  return () => {
    stops.forEach((stop) => stop());
    for (const one of wanted) one.close();
  };
}

type Wanted = { open(client: Client): void; close(): void };
const wanted = new Set<Wanted>();

/**
 * Watches a stream as long as something on screen needs it, over every channel that comes. `onEnd` hears why it could
 * not be opened; true gives it up.
 */
export function watchWhile<K extends StreamName>(
  name: K,
  input: In<K>,
  take: (item: Out<K>) => boolean,
  onEnd: (error: AppError | null) => boolean = () => false,
): Stop {
  let stop: Stop = () => undefined;
  const one: Wanted = {
    open: (client) => {
      stop = keepOpen(client, name, input, take, onEnd);
    },
    close: () => stop(),
  };
  wanted.add(one);
  if (current) one.open(current);
  return () => {
    wanted.delete(one);
    one.close();
  };
}

function markLost(code: string): void {
  const { channel } = sessionStore.getState();
  if (channel.state === 'lost') return;
  sessionStore.setState({ channel: { state: 'lost', at: Date.now(), code } });
  settleFreeze();
}

/** Watches a stream for good: after an end or a gap it is opened again, ever more slowly while it fails. */
function keepOpen<K extends StreamName>(
  client: Client,
  name: K,
  input: In<K>,
  take: (item: Out<K>) => boolean,
  onEnd: (error: AppError | null) => boolean = () => false,
): Stop {
  let cancel: Stop = () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = new AbortController();
  let attempt = 0;

  const again = (): void => {
    cancel();
    if (stop.signal.aborted) return;
    timer = setTimeout(watch, retryDelay(attempt));
    attempt += 1;
  };
  const watch = (): void => {
    cancel = client.watch(name, input, {
      onItem: (item) => {
        if (!take(item)) return again();
        attempt = 0;
        return pace(name, stop.signal);
      },
      onEnd: (error) => {
        if (!onEnd(error)) again();
      },
    });
  };
  watch();
  return () => {
    stop.abort();
    clearTimeout(timer);
    cancel();
  };
}

const retryDelay = (attempt: number): number => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);

/**
 * When the window wants more: now in front, after a second behind another, not while hidden; but for what the system's
 * notifications are made of, where they are on.
 */
function pace(name: StreamName, stop: AbortSignal): Promise<void> | void {
  const isHeardHidden =
    (name === 'event.watch' || name === 'session.watch') && prefsStore.getState().systemNotices;
  if (document.hidden && !isHeardHidden) return untilSeen();
  // Whole pictures of all legions: other pages need their marks alone.
  const isAside = name === 'legion.watch' && !currentPath().startsWith('/legions');
  if (document.hasFocus() && !isAside) return;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('focus', done);
      window.removeEventListener('hashchange', done);
      stop.removeEventListener('abort', done);
      resolve(!stop.aborted && document.hidden && !isHeardHidden ? untilSeen() : undefined);
    };
    const timer = setTimeout(done, UNFOCUSED_MS);
    window.addEventListener('focus', done);
    if (isAside) window.addEventListener('hashchange', done);
    stop.addEventListener('abort', done);
  });
}

const untilSeen = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
  });

export type Answer<T> = {
  readonly data: T | null;
  readonly error: AppError | null;
  /** When `data` arrived, epoch ms. */
  readonly at: number;
};
const NO_ANSWER = { data: null, error: null, at: 0 } as const;

/**
 * The answer to a call, asked again every `everyMs` while the window is seen and not paused. Data stays while
 * a later call fails; it goes when the input changes. `input` null asks nothing.
 */
export function useCall<K extends CallName>(name: K, input: In<K> | null, everyMs?: number): Answer<Out<K>> {
  const key = input === null ? '' : JSON.stringify(input);
  const [state, setState] = useState<{ key: string; answer: Answer<Out<K>> }>({ key, answer: NO_ANSWER });

  useEffect(() => {
    if (key === '') return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = (): void => {
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(run, everyMs);
    };
    let isFirst = true;
    const fetch = (): void => {
      ask(name, JSON.parse(key) as In<K>, stop.signal).then(
        (data) => {
          // Asked before the pause and answered after it: nothing moves under the reader.
          if (isFirst || !isPaused()) setState({ key, answer: { data, error: null, at: Date.now() } });
          isFirst = false;
          next();
        },
        (reason: unknown) => {
          if (stop.signal.aborted) return;
          const error = reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason));
          setState((old) => ({ key, answer: { ...(old.key === key ? old.answer : NO_ANSWER), error } }));
          next();
        },
      );
    };
    const run = (): void => (document.hidden || isPaused() ? next() : fetch());
    fetch();
    return () => {
      stop.abort(new DOMException('the view was left', 'AbortError'));
      clearTimeout(timer);
    };
  }, [name, key, everyMs]);

  return state.key === key ? state.answer : NO_ANSWER;
}
