/**
 * Tests that need real uWSGI, and some also root for network namespaces: skipped with a plain sentence where these are
 * missing, failing when CI is set.
 */
import { describe, it } from 'vitest';
import { namespacesMissing } from './netns.js';
import { uwsgiMissing } from './uwsgi.js';

export const describeWithUwsgi = (title: string, body: () => void): void =>
  describeUnless(uwsgiMissing(), title, body);

export const describeInNamespaces = (title: string, body: () => void): void =>
  describeUnless(uwsgiMissing() ?? namespacesMissing(), title, body);

function describeUnless(missing: string | null, title: string, body: () => void): void {
  if (!missing) return void describe(title, body);
  if (process.env['CI'] === 'true') {
    return void it(title, () => {
      throw new Error(missing);
    });
  }
  console.warn(`skipped: ${title}: ${missing}`);
  describe.skip(`${title} (skipped: ${missing})`, body);
}
