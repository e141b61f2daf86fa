/** Where the keyboard is on the page, and whether a person can see it. */
import type { Page } from 'playwright-core';

/** Role or tag and name of what has the focus; `body` when nothing has. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: here, body } = document;
    if (!here || here === body) return 'body';
    const labels =
      'labels' in here ? [...(here as HTMLInputElement).labels!].map((label) => label.textContent) : [];
    const name = here.getAttribute('aria-label') ?? labels[0] ?? here.textContent ?? '';
    const kinds: Record<string, string> = { a: 'link', button: 'button', input: 'field' };
    const tag = here.tagName.toLowerCase();
    return `${here.getAttribute('role') ?? kinds[tag] ?? tag} ${name.trim().replace(/\s+/g, ' ').slice(0, 60)}`;
  });

/**
 * What is wrong with the place of the focus: nothing shows that it is there, or something lies over it, or it is
 * out of sight. Null when all is well.
 */
export const focusProblem = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    const here = document.activeElement as HTMLElement | null;
    if (!here || here === document.body) return 'nothing has the focus';
    const around = [here, here.parentElement, here.parentElement?.parentElement].filter((each) => !!each);
    const look = (): string =>
      around
        .map((each) => {
          const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(each);
          return [
            outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor,
            boxShadow,
            borderColor,
          ].join();
        })
        .join('|');
    const withFocus = look();
    here.blur();
    const without = look();
    here.focus({ preventScroll: true });
    if (withFocus === without) return 'the focus cannot be seen';
    const box = here.getBoundingClientRect();
    if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth)
      return 'the focus is out of sight';
    // Its visible part: what is larger than the window is looked at where it begins.
    const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
    const y =
      Math.max(0, box.top) + Math.min(12, (Math.min(innerHeight, box.bottom) - Math.max(0, box.top)) / 2);
    const over = document.elementFromPoint(x, y);
    const isIts =
      over !== null &&
      (here.contains(over) || over.contains(here) || (over as HTMLLabelElement).control === here);
    return isIts ? null : `covered by ${over?.tagName} ${(over?.textContent ?? '').slice(0, 40)}`;
  });

/** Presses Tab from the top until the focus leaves the page; what was reached, in order, with problems. */
export async function tabThrough(page: Page, most = 80): Promise<{ reached: string[]; problems: string[] }> {
  const reached: string[] = [];
  const problems: string[] = [];
  // From the top: the place of what had the focus last is where Tab goes on, even when it is gone.
  await page.evaluate(() => {
    const top = document.createElement('span');
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
  });
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab');
    const where = await focused(page);
    if (where === 'body' || (reached.length > 0 && where === reached[0])) break;
    reached.push(where);
    const problem = await focusProblem(page);
    if (problem !== null) problems.push(`${where}: ${problem}`);
  }
  return { reached, problems };
}
