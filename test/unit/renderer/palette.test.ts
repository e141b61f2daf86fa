// @vitest-environment jsdom
/** What the palette offers for what was typed. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PaletteSection } from '../../../app/renderer/shell/palette-items.js';
import { aRow } from '../../support/fake-story.js';

const rows = ['c-1140', 'c-114', 'c-2', 'abc-114', 'web-1'].map((name, i) => aRow(i, name, Date.now()));
let sections: (query: string, recent?: readonly string[]) => readonly PaletteSection[];

beforeAll(async () => {
  globalThis.matchMedia ??= () => new EventTarget() as MediaQueryList;
  const { paletteSections } = await import('../../../app/renderer/shell/palette-items.js');
  sections = (query, recent = []) => paletteSections(query, rows, recent);
});
const nodes = (query: string): string[] =>
  sections(query).flatMap((section) =>
    section.items.flatMap((item) => (item.kind === 'node' ? item.row.name : [])),
  );

describe('the palette', () => {
  it('finds nodes: those that begin with it first, the shortest of them before', () => {
    expect(nodes('c-114')).toEqual(['c-114', 'c-1140', 'abc-114']);
    expect(sections('c-114')[0]?.total).toBe(3);
  });

  it('lists nodes in natural order where nothing was typed', () => {
    expect(nodes('@')).toEqual(['abc-114', 'c-2', 'c-114', 'c-1140', 'web-1']);
  });

  it('offers commands for the best node', () => {
    const [forNode] = sections('c-114').filter((section) => section.id === 'commandsFor');
    expect(forNode?.items.map((item) => item.kind)).toEqual(['peek', 'open', 'copy']);
  });

  it('takes > for commands only and @ for nodes only', () => {
    expect(sections('>events').map((section) => section.id)).toEqual(['commands']);
    expect(sections('>events')[0]?.items[0]?.id).toBe('events');
    expect(nodes('@web')).toEqual(['web-1']);
  });

  it('shows what was used lately first, and everything when nothing was typed', () => {
    const [recent, rest] = sections('', ['health', 'gone-command']);
    expect(recent?.items.map((item) => item.id)).toEqual(['health']);
    expect(rest?.items.some((item) => item.id === 'health')).toBe(false);
  });

  it('offers no command that sends anything', () => {
    const all = sections('').flatMap((section) => section.items.map((item) => item.id));
    expect(all).not.toEqual(expect.arrayContaining([expect.stringMatching(/send|push|forget/)]));
  });
});
