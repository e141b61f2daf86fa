/**
 * What the two pages share: the draft and what it comes to, its rehearsal, the step in view, and the ways in: names
 * handed over by another page, or an earlier run to begin from.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ChangeCheck, ChangeInput, ChangeKind, CheckNote } from '../../../shared/domain/change.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { whatText } from '../../../shared/i18n/index.js';
import { setParams, useParam } from '../../route.js';
import { ask } from '../../store/connection.js';
import {
  clearChangeDraft,
  setChangeDraft,
  takeOver,
  useChangeDraft,
  type ChangeDraft,
} from '../../store/change-draft.js';
import { useSession } from '../../store/session.js';
import { takeTargets } from '../../store/targets.js';
import { forgetVeiled } from '../../store/veil.js';
import { compose, type Problem } from './compose.js';
import { useCheck, type Checked } from './use-check.js';

export const STEPS = {
  settings: ['what', 'where', 'check', 'send'],
  gem: ['what', 'where', 'waves', 'send'],
} as const;
export type StepId = 'what' | 'where' | 'waves' | 'check' | 'send';

/** What a note is about; all others are about what is sent. */
const ABOUT_WHERE: ReadonlySet<string> = new Set([
  ...['names-unknown', 'names-unknown-sent', 'filter', 'where', 'nobody', 'read-only', 'busy'],
  ...['silent-skipped', 'silent-sent', 'self-skipped', 'broadcast'],
]);
const ABOUT_HOW: ReadonlySet<string> = new Set(['canary-unknown', 'canary-alone', 'waves', 'waves-rest']);
const OF_THE_EMPTY: ReadonlySet<string> = new Set(['empty', 'gem-name', 'gem-version', 'where', 'nobody']);
/** Said of a form that nobody has filled in yet, it would only scold. */
const isEarly = ({ code, facts }: CheckNote): boolean =>
  OF_THE_EMPTY.has(code) && (facts['word'] ?? '') === '';

export type Change = {
  readonly kind: ChangeKind;
  readonly draft: ChangeDraft;
  readonly set: (change: Partial<ChangeDraft>) => void;
  readonly input: ChangeInput;
  readonly problems: readonly Problem[];
  readonly checked: Checked;
  readonly check: ChangeCheck | null;
  readonly step: StepId;
  readonly go: (step: StepId) => void;
  /** Begins anew with an empty form. */
  readonly reset: () => void;
  /** A person wanted to go on from here: now its mistakes are said. */
  readonly isTried: (step: StepId) => boolean;
  readonly notesOf: (about: 'what' | 'where' | 'how') => readonly CheckNote[];
  /** Whether anything in this step stands against sending. */
  readonly isBad: (step: StepId) => boolean;
  /** Everything is there to be confirmed. */
  readonly isReady: boolean;
  /** An earlier change could not be taken over. */
  readonly failed: AppError | null;
};

export function useChange(kind: ChangeKind): Change {
  const draft = useChangeDraft(kind);
  const set = useCallback((change: Partial<ChangeDraft>) => setChangeDraft(kind, change), [kind]);
  const { input, problems } = useMemo(() => compose(kind, draft), [kind, draft]);
  const [step, setStep] = useState<StepId>('what');
  const checked = useCheck(input, step !== 'what');
  const [tried, setTried] = useState<ReadonlySet<StepId>>(new Set());
  const failed = useWaysIn(kind, set);
  const { again } = checked;
  useOtherCluster(set);

  const go = useCallback(
    (next: StepId): void => {
      setTried((old) => new Set([...old, step]));
      setStep(next);
      if (next === 'check' || next === 'send') void again();
    },
    [again, step],
  );
  const reset = (): void => {
    clearChangeDraft(kind);
    setTried(new Set());
    setStep('what');
  };
  const isTried = (one: StepId): boolean => tried.has(one);
  const notes = checked.check?.notes ?? [];
  const notesOf: Change['notesOf'] = (about) =>
    notes.filter((note) => about === aboutOf(note.code) && (isTried(stepOf(kind, about)) || !isEarly(note)));
  const isBad = (one: StepId): boolean =>
    problems.some((problem) => stepOf(kind, problem.step) === one) ||
    notes.some(({ severity, code }) => severity === 'error' && stepOf(kind, aboutOf(code)) === one);
  const isReady =
    problems.length === 0 &&
    checked.check !== null &&
    checked.check.what !== null &&
    checked.check.targets.names.length > 0 &&
    !notes.some(({ severity }) => severity === 'error');
  return {
    ...{ kind, draft, set, input, problems, checked, check: checked.check },
    ...{ step, go, reset, isTried, notesOf, isBad, isReady, failed },
  };
}

const aboutOf = (code: string): 'what' | 'where' | 'how' =>
  ABOUT_WHERE.has(code) ? 'where' : ABOUT_HOW.has(code) ? 'how' : 'what';
const stepOf = (kind: ChangeKind, about: 'what' | 'where' | 'how'): StepId =>
  about === 'how' ? (kind === 'gem' ? 'waves' : 'where') : about;

/** Names that came along, or the run in the address; leaving the page forgets the values that were masked. */
function useWaysIn(kind: ChangeKind, set: (change: Partial<ChangeDraft>) => void): AppError | null {
  const from = useParam('from');
  const [failed, setFailed] = useState<AppError | null>(null);
  useEffect(() => {
    const names = takeTargets();
    if (names.length > 0) set({ by: 'selection', selection: names, isBroadcast: false });
    return forgetVeiled;
  }, [set]);
  useEffect(() => {
    if (from === '') return;
    const stop = new AbortController();
    Promise.all([
      ask('run.input', { id: from }, stop.signal),
      ask('run.get', { id: from }, stop.signal),
    ]).then(
      ([input, run]) => {
        if (stop.signal.aborted || input.what.kind !== kind) return;
        takeOver(input, whatText(run.what));
        setParams({ from: null });
      },
      (reason: unknown) => {
        if (!stop.signal.aborted)
          setFailed(reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason)));
      },
    );
    return () => stop.abort(new DOMException('the page was left', 'AbortError'));
  }, [from, kind]);
  return failed;
}

/** Another cluster: names of the old one mean nothing there, and what was masked was not meant for it. */
function useOtherCluster(set: (change: Partial<ChangeDraft>) => void): void {
  const profile = useSession((state) => state.live?.profile.name ?? '');
  const before = useRef(profile);
  useEffect(() => {
    if (before.current === profile) return;
    before.current = profile;
    forgetVeiled();
    set({ by: 'all', selection: [], pasted: '', group: '', canary: '', isBroadcast: false });
  }, [profile, set]);
}
