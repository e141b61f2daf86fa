/** The connect form as it stands, so that nothing typed is lost on the way to another page. Never a password. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { SavedProfile } from '../../shared/domain/session.js';

export type ConnectDraft = {
  readonly url: string;
  readonly user: string;
  readonly name: string;
  readonly beatIntervalS: string;
  readonly kind: 'production' | 'staging' | 'test' | 'local';
  readonly readOnly: boolean;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The id of an imported certificate, instead of the two files. */
  readonly identity: string;
  readonly profileName: string;
  readonly remember: boolean;
};

const EMPTY: ConnectDraft = {
  url: '',
  user: '',
  name: '',
  beatIntervalS: '',
  kind: 'test',
  readOnly: false,
  caFile: '',
  certFile: '',
  keyFile: '',
  identity: '',
  profileName: '',
  remember: false,
};

export const draftStore = createStore<ConnectDraft>()(() => EMPTY);
export const useDraft = <T>(read: (draft: ConnectDraft) => T): T => useStore(draftStore, read);
export const setDraft = (change: Partial<ConnectDraft>): void => draftStore.setState(change);

/** The form filled from a kept or imported profile. */
export const fillDraft = (profile: SavedProfile): void =>
  draftStore.setState({
    ...EMPTY,
    url: profile.url,
    user: profile.user ?? '',
    name: profile.name ?? '',
    beatIntervalS: profile.beatIntervalS === undefined ? '' : String(profile.beatIntervalS),
    kind: profile.kind ?? 'test',
    readOnly: profile.readOnly ?? false,
    caFile: profile.caFile ?? '',
    certFile: profile.certFile ?? '',
    keyFile: profile.keyFile ?? '',
    identity: profile.identity ?? '',
    profileName: profile.profileName,
    remember: true,
  });
