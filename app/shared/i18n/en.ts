/**
 * English: one flat catalogue of whole ICU messages, for windows, menus and the command line alike.
 * Apostrophes are typographic (’), since ICU takes the plain one for a quote. Foreign text is passed as a
 * value and never stands in a message.
 */
import { changes } from './en/changes.js';
import { changePages } from './en/change-pages.js';
import { cliChanges } from './en/cli-changes.js';
import { cliKeys } from './en/cli-keys.js';
import { cliLegions } from './en/cli-legions.js';
import { domain } from './en/domain.js';
import { errors } from './en/errors.js';
import { host } from './en/host.js';
import { filter } from './en/filter.js';
import { keys } from './en/keys.js';
import { legions } from './en/legions.js';
import { legionImport } from './en/legion-import.js';
import { legionPages } from './en/legion-pages.js';
import { pages } from './en/pages.js';
import { runPages } from './en/run-pages.js';
import { shell } from './en/shell.js';
import { trust } from './en/trust.js';
import { vault } from './en/vault.js';

export const en = {
  ...errors,
  ...domain,
  ...host,
  ...filter,
  ...shell,
  ...pages,
  ...trust,
  ...keys,
  ...legions,
  ...cliKeys,
  ...changes,
  ...changePages,
  ...runPages,
  ...cliChanges,
  ...legionImport,
  ...legionPages,
  ...cliLegions,
  ...vault,
} as const;

export type TextKey = keyof typeof en;
