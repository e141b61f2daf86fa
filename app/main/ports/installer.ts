/** Installs gems on this machine, where there is a `gem` command. */
export type Installed = {
  readonly ok: boolean;
  /** What went wrong, in the installer's own words; null when it worked. */
  readonly error: string | null;
  /** Its last lines, cut. */
  readonly output: string;
};

export interface Installer {
  /** What does the work, and its version; or why nothing can. Looked up once. */
  about(): Promise<{ readonly available: boolean; readonly about: string }>;
  /** `name` and `version` were checked by the caller and are checked again. Never rejects. */
  install(name: string, version: string | null): Promise<Installed>;
}

export const NO_INSTALLER: Installer = {
  about: async () => ({ available: false, about: 'no installer here' }),
  install: async () => ({ ok: false, error: 'no installer here', output: '' }),
};
