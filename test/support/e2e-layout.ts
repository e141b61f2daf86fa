/** What is wrong with the picture as drawn: parts that overlap, stick out, lie under each other or scroll sideways. */
import type { Page } from 'playwright-core';

/** In words, empty when all is well. Landmarks against each other and the window, controls against their landmark. */
export const layoutProblems = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const problems: string[] = [];
    const SLACK = 1;
    const visible = (each: Element): boolean => each.checkVisibility({ visibilityProperty: true });
    const boxOf = (each: Element): DOMRect => each.getBoundingClientRect();
    const nameOf = (each: Element): string =>
      `${each.tagName.toLowerCase()} “${(each.getAttribute('aria-label') ?? each.textContent ?? '').trim().slice(0, 40)}”`;

    const { scrollingElement: root } = document;
    if (root && root.scrollWidth > innerWidth)
      problems.push(`the page scrolls sideways: ${root.scrollWidth} > ${innerWidth}`);
    if (root && root.scrollHeight > innerHeight)
      problems.push(`the window scrolls: ${root.scrollHeight} > ${innerHeight}`);

    const landmarks = [
      ...document.querySelectorAll('body header, body nav, body main, body aside, body footer'),
    ].filter((each) => visible(each) && each.parentElement?.closest('main') === null);
    for (const each of landmarks) {
      const box = boxOf(each);
      if (
        box.left < -SLACK ||
        box.top < -SLACK ||
        box.right > innerWidth + SLACK ||
        box.bottom > innerHeight + SLACK
      )
        problems.push(`${each.tagName} is not in the window: ${JSON.stringify(box)}`);
      if (each.scrollWidth > each.clientWidth + SLACK && getComputedStyle(each).overflowX !== 'visible')
        problems.push(`${each.tagName} is wider than its place: ${each.scrollWidth} > ${each.clientWidth}`);
    }
    landmarks.forEach((one, index) => {
      for (const other of landmarks.slice(index + 1)) {
        const [a, b] = [boxOf(one), boxOf(other)];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > SLACK && tall > SLACK)
          problems.push(`${one.tagName} and ${other.tagName} overlap by ${wide}×${tall}`);
      }
    });

    const isLifted = (each: Element | null): boolean => {
      for (let up = each; up; up = up.parentElement) {
        if (['sticky', 'fixed'].includes(getComputedStyle(up).position)) return true;
      }
      return false;
    };
    for (const each of document.querySelectorAll(
      'a[href], button, input, [role="row"], [role="tab"], h1, h2',
    )) {
      const box = boxOf(each);
      const home = landmarks.find((landmark) => landmark.contains(each));
      // What is for readers of the screen only has no size to speak of.
      if (!home || !visible(each) || box.width < 4 || box.height < 4) continue;
      const place = boxOf(home);
      if (box.left < place.left - SLACK || box.right > place.right + SLACK)
        problems.push(`${nameOf(each)} sticks out of ${home.tagName}`);
      const style = getComputedStyle(each);
      if (
        each.scrollWidth > each.clientWidth + SLACK &&
        style.overflowX === 'hidden' &&
        style.textOverflow !== 'ellipsis' &&
        each.tagName !== 'INPUT'
      )
        problems.push(`${nameOf(each)} is cut`);
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
      const over = document.elementFromPoint(x, y);
      // Scrolled out of its list, or under a foot that floats over it on purpose.
      const isSeen = over === null || each.contains(over) || over.contains(each) || isLifted(over);
      if (!isSeen && home.contains(over)) {
        const lies = boxOf(over);
        const wide = Math.min(box.right, lies.right) - Math.max(box.left, lies.left);
        const tall = Math.min(box.bottom, lies.bottom) - Math.max(box.top, lies.top);
        if (
          wide > 2 &&
          tall > 2 &&
          over.closest('[role="rowgroup"], ol, ul') === each.closest('[role="rowgroup"], ol, ul')
        )
          problems.push(`${nameOf(each)} lies under ${nameOf(over)}`);
      }
    }
    return problems;
  });
