/** The rehearsal of a draft: asked a moment after the last edit, and at once when a person wants to see it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ChangeCheck, ChangeInput } from '../../../shared/domain/change.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { ask } from '../../store/connection.js';
import { isPaused } from '../../store/pause.js';

const PAUSE_MS = 350;
/** The fleet moves on while somebody looks. */
const EVERY_MS = 5000;

export type Checked = {
  /** The newest answer; of an earlier draft while `isBehind`. */
  readonly check: ChangeCheck | null;
  readonly error: AppError | null;
  readonly isBehind: boolean;
  /** Asks now, or waits for what is being asked; null when it failed, or the draft is another by now. */
  readonly again: () => Promise<ChangeCheck | null>;
};

type Running = {
  readonly of: ChangeInput;
  readonly stop: AbortController;
  readonly answer: Promise<ChangeCheck | null>;
};

/** `input` is known by its identity. `isLive`: who is reached is in view, so it is asked again now and then. */
export function useCheck(input: ChangeInput, isLive: boolean): Checked {
  const [state, setState] = useState<{
    of: ChangeInput | null;
    check: ChangeCheck | null;
    error: AppError | null;
  }>({ of: null, check: null, error: null });
  const running = useRef<Running | null>(null);

  const again = useCallback((): Promise<ChangeCheck | null> => {
    // A person who wants to go on is not overtaken by a question that is asked now and then.
    if (running.current?.of === input) return running.current.answer;
    running.current?.stop.abort(new DOMException('asked again', 'AbortError'));
    const stop = new AbortController();
    const look = async (): Promise<ChangeCheck | null> => {
      try {
        const check = await ask('change.check', input, stop.signal);
        if (stop.signal.aborted) return null;
        setState({ of: input, check, error: null });
        return check;
      } catch (reason) {
        if (stop.signal.aborted) return null;
        const error = reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason));
        setState((old) => ({ ...old, of: input, error }));
        return null;
      } finally {
        if (running.current?.stop === stop) running.current = null;
      }
    };
    const answer = look();
    running.current = { of: input, stop, answer };
    return answer;
  }, [input]);

  useEffect(() => {
    const timer = setTimeout(() => void again(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [again]);
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => {
      // What is being confirmed stands still; the node looks again itself before it sends.
      if (!document.hidden && !isPaused() && !document.querySelector('[role="dialog"]')) void again();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [again, isLive]);
  useEffect(() => () => running.current?.stop.abort(new DOMException('the page was left', 'AbortError')), []);

  return { check: state.check, error: state.error, isBehind: state.of !== input, again };
}
