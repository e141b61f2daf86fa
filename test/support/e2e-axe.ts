/** What axe-core finds on the page as it stands: only what is serious or critical, in words a developer can act on. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

type Finding = {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
};
type Axe = { run(root: unknown, options: object): Promise<{ violations: Finding[] }> };

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** So many places of one finding are written out. */
const PLACES = 3;

/** Waits until nothing fades any more: a colour in between is nobody's choice. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))),
  );
  // By the driver's own door: the page's policy keeps scripts out, and stays on.
  const door = await page.context().newCDPSession(page);
  await door.send('Runtime.evaluate', { expression: SOURCE });
  await door.detach();
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    return (await axe.run(document, { resultTypes: ['violations'] })).violations;
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, help, nodes }) =>
      nodes
        .slice(0, PLACES)
        .map((node) => `${impact} ${id}: ${help}\n${node.html}\n${node.failureSummary ?? ''}`),
    );
}
