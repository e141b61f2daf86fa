/**
 * Chromium and a visit to a running console, as a person makes it: let in by a fresh one-time address. A visit
 * ends with its test and fails it when the page complained (an error, a refused resource, a policy broken).
 * What went over the page's socket is kept, so that tests can look for what should not be there.
 */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findChromium } from '../../scripts/lib/needs.mjs';
import type { ConsoleProcess } from './console-process.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** How long a test waits for something to appear. Others may be busy on this machine. */
export const PATIENCE_MS = 15_000;

export type Theme = 'light' | 'dark';
export type VisitOptions = {
  /** Part of the address after the hash, as `/nodes?filter=state:late`. */
  readonly at?: string;
  readonly width?: number;
  readonly height?: number;
  readonly theme?: Theme;
};
export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Every frame that came to the page over its socket, and every one it sent, as text. */
  readonly received: readonly string[];
  readonly sent: readonly string[];
  /** Opens a page of the console by what stands after the hash, and waits for its heading. */
  go(path: string, heading?: string | RegExp): Promise<void>;
};

/** A describe that needs a Chromium: skipped with the reason where there is none, failing in CI. */
export function describeInBrowser(title: string, body: (browser: () => Browser) => void): void {
  const path = findChromium();
  if (path === null) {
    const missing = 'no Chromium found (Debian: apt-get install chromium)';
    if (process.env['CI'] !== 'true')
      return void describe.skip(`${title} (skipped: ${missing})`, () => body(never));
    return void it(title, () => {
      throw new Error(missing);
    });
  }
  describe(title, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      // The driver gives it a profile folder of its own and removes it at the end.
      browser = await chromium.launch({ executablePath: path, args: FLAGS });
    });
    afterAll(() => browser?.close());
    body(() => browser ?? never());
  });
}

const never = (): never => {
  throw new Error('there is no browser');
};

/** A browser of its own (cookies, storage) that is let in and stands on a page of the console. */
export async function visit(
  browser: Browser,
  consoleProcess: ConsoleProcess,
  options: VisitOptions = {},
): Promise<Visit> {
  const { url } = await consoleProcess.call('host.link', {});
  const opened = await openContext(browser, options);
  const { page } = opened;
  await page.goto(url ?? '');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const go: Visit['go'] = async (path, heading) => {
    await page.evaluate((hash) => void (location.hash = hash), `#${path}`);
    await page.getByRole('heading', { level: 1, ...(heading ? { name: heading } : {}) }).waitFor();
  };
  if (options.at !== undefined) await go(options.at);
  return { ...opened, go };
}

/** A browser of its own that has not been anywhere yet. */
export async function openContext(
  browser: Browser,
  { width = 1440, height = 900, theme = 'light' }: VisitOptions = {},
): Promise<Omit<Visit, 'go'>> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const received: string[] = [];
  const sent: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => received.push(String(payload)));
    socket.on('framesent', ({ payload }) => sent.push(String(payload)));
  });
  onTestFinished(async () => {
    await context.close();
    expect(
      complaints.filter((text) => !isExpected(text)),
      'what the page complained of',
    ).toEqual([]);
  });
  return { page, context, received, sent };
}

/** The browser itself notes every answer that is no success; the pages that are meant to be refused say so. */
const isExpected = (complaint: string): boolean =>
  /the server responded with a status of 401/.test(complaint);
