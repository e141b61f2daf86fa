/** What the configuration says of Vault, as the service takes it; with its transport. Part of the composition. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../shared/errors/app-error.js';
import type { ProfileKind } from '../shared/domain/session.js';
import { createHttpsVault } from './adapters/https-vault.js';
import type { Values } from './config/schema.js';
import type { VaultHttp } from './ports/vault-http.js';
import type { ReadText, VaultLogin, VaultSettings } from './services/vault/types.js';

const invalid = (message: string): AppError => new AppError('CONFIG_INVALID', message);

/** null: no Vault is configured. Throws AppError CONFIG_INVALID with what to mend. */
export function vaultSettings(
  values: Values,
  kind: ProfileKind,
): { readonly settings: VaultSettings; readonly http: VaultHttp } | null {
  const address = values['vault.address'];
  if (address === '') return null;
  if (kind === 'production' && /^http:/i.test(address))
    throw invalid('vault.address must begin with https:// in a production profile: a token goes over it');
  if (kind === 'production' && !values['vault.verify'])
    throw invalid('vault.verify cannot be off for a production profile');
  const orNull = (
    key: 'vault.caFile' | 'vault.certFile' | 'vault.keyFile' | 'vault.keyPassphrase' | 'vault.serverName',
  ) => (values[key] === '' ? null : values[key]);
  return {
    settings: {
      address,
      namespace: values['vault.namespace'] === '' ? null : values['vault.namespace'],
      redirectHosts: values['vault.redirectHosts']
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
      login: loginOf(values),
      isUnverified: !values['vault.verify'],
      handoverRole: values['vault.handoverRole'],
      clusterSecret:
        values['vault.secretMount'] === ''
          ? null
          : {
              mount: values['vault.secretMount'],
              path: values['vault.secretPath'] || null,
              field: values['vault.secretField'] || null,
            },
    },
    http: createHttpsVault({
      ...{
        caFile: orNull('vault.caFile'),
        certFile: orNull('vault.certFile'),
        keyFile: orNull('vault.keyFile'),
      },
      ...{ keyPassphrase: orNull('vault.keyPassphrase'), serverName: orNull('vault.serverName') },
      verify: values['vault.verify'],
    }),
  };
}

function loginOf(values: Values): VaultLogin {
  const mount = values['vault.mount'];
  const login = values['vault.login'];
  switch (login) {
    case 'none':
      return { kind: 'none' };
    case 'token': {
      const read = eitherOf(values['vault.token'], values['vault.tokenFile']);
      if (!read) throw invalid('vault.login token needs vault.token or vault.tokenFile');
      return { kind: 'token', read, isFile: values['vault.token'] === '' };
    }
    case 'approle': {
      if (values['vault.roleId'] === '') throw invalid('vault.login approle needs vault.roleId');
      return {
        ...{ kind: 'approle', mount: mount || 'approle', roleId: values['vault.roleId'] },
        readSecretId: eitherOf(values['vault.secretId'], values['vault.secretIdFile']),
        isWrapped: values['vault.secretIdIsWrapped'],
      };
    }
    case 'cert':
      if (values['vault.certFile'] === '' || values['vault.keyFile'] === '')
        throw invalid('vault.login cert needs vault.certFile and vault.keyFile');
      return { kind: 'cert', mount: mount || 'cert', role: values['vault.role'] || null };
  }
}

function eitherOf(text: string, file: string): ReadText | null {
  if (text !== '') return () => Promise.resolve(text);
  return file === '' ? null : () => readFile(file, 'utf8');
}
