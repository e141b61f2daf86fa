/** Remembered clusters: what it takes to connect again, less anything secret. */
import * as z from 'zod';
import { SavedProfile, type ConnectInput } from '../../shared/domain/session.js';
import type { Store } from '../ports/store.js';

const KEY = 'profiles';
const MAX_PROFILES = 50;
const Kept = z.array(SavedProfile);

/** The address without user and password. Throws TypeError when it is none. */
export function plainAddress(url: string): string {
  const address = new URL(url);
  return `${address.protocol}//${address.host}${address.pathname}`;
}

export function toSaved(input: ConnectInput): SavedProfile {
  const { password: _password, remember: _remember, ...rest } = input;
  const address = new URL(input.url);
  const user = input.user ?? decodeURIComponent(address.username);
  return {
    ...rest,
    url: plainAddress(input.url),
    ...(user === '' ? {} : { user }),
    profileName: input.profileName ?? address.hostname,
  };
}

export type Profiles = ReturnType<typeof createProfiles>;

export function createProfiles(store: Store) {
  const list = async (): Promise<SavedProfile[]> => {
    const kept = Kept.safeParse(await store.read(KEY));
    return kept.success ? kept.data : [];
  };
  return {
    list,
    /** Newest first; one per name. */
    async remember(profile: SavedProfile): Promise<void> {
      const others = (await list()).filter((other) => other.profileName !== profile.profileName);
      await store.write(KEY, [profile, ...others].slice(0, MAX_PROFILES));
    },
    async forget(profileName: string): Promise<void> {
      await store.write(
        KEY,
        (await list()).filter((other) => other.profileName !== profileName),
      );
    },
    /** What a profile file says, and what is wrong with it; nothing is kept. */
    check(text: string): { profile: SavedProfile | null; problems: string[] } {
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        return { profile: null, problems: ['The file is not valid JSON.'] };
      }
      const problems: string[] = [];
      if (typeof parsed === 'object' && parsed !== null && 'password' in parsed) {
        problems.push('The file holds a password. It is not taken over; you will be asked for it.');
      }
      const checked = SavedProfile.safeParse(parsed);
      if (!checked.success) {
        return {
          profile: null,
          problems: checked.error.issues.map(
            (issue) => `${issue.path.join('.') || 'profile'}: ${issue.message}`,
          ),
        };
      }
      if (!/^amqps?:\/\//i.test(checked.data.url) || !URL.canParse(checked.data.url)) {
        return { profile: null, problems: ['url: must begin with amqp:// or amqps://'] };
      }
      if (new URL(checked.data.url).password !== '')
        problems.push('The address holds a password. It is not taken over.');
      return { profile: toSaved(checked.data), problems };
    },
  };
}
