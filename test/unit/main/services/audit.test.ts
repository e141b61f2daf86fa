import { mkdtemp, readFile, writeFile, stat, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileJournal } from '../../../../app/main/adapters/file-journal.js';
import { createEventLog } from '../../../../app/main/core/history/event-log.js';
import { createAudit } from '../../../../app/main/services/audit.js';
import { silentLog } from '../../../support/fake-parts.js';

const aFile = async () => join(await mkdtemp(join(tmpdir(), 'lc-audit-')), 'deep', 'audit.jsonl');

/** A process: decides what it is told to, and ends. */
async function aProcess(file: string, decisions: readonly string[]) {
  const audit = createAudit(createFileJournal(file), 'ada', silentLog);
  const written: Promise<void>[] = [];
  const events = createEventLog((event, at) => written.push(audit.append(event, at, 'prod')));
  await audit.load(events, 9_000);
  for (const [index, name] of decisions.entries()) {
    events.record({ kind: 'key.trusted', names: [name], facts: { fingerprint: `f-${name}` } }, 1_000 + index);
  }
  await Promise.all(written);
  return events.list(100).map((event) => ({ kind: event.kind, names: event.names, at: event.at }));
}

describe('the audit', () => {
  it('outlives the process, in order, with who decided what, and only its owner may read it', async () => {
    const file = await aFile();
    await aProcess(file, ['a', 'b']);
    const second = await aProcess(file, ['c']);
    expect(second.map(({ names }) => names[0])).toEqual(['a', 'b', 'c']);
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({
      user: 'ada',
      profile: 'prod',
      facts: { fingerprint: 'f-c' },
      before: lines[1].hash,
    });
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it.each([
    ['changed', (text: string) => text.replace('f-a', 'f-x')],
    ['taken out', (text: string) => text.split('\n').slice(1).join('\n')],
    ['put in', (text: string) => `${text.split('\n')[0]}\n${text}`],
  ])('says so when a line was %s', async (_what, spoil) => {
    const file = await aFile();
    await aProcess(file, ['a', 'b']);
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    const kinds = (await aProcess(file, [])).map(({ kind }) => kind);
    expect(kinds).toContain('audit.broken');
  });

  it('a line cut short by a crash costs that line and no other', async () => {
    const file = await aFile();
    await aProcess(file, ['a']);
    await appendFile(file, '{"at":1,"kin');
    await aProcess(file, ['b']);
    const after = await aProcess(file, []);
    expect(after.filter(({ kind }) => kind === 'key.trusted').map(({ names }) => names[0])).toEqual([
      'a',
      'b',
    ]);
  });

  it('keeps each decision though the feed folds them', async () => {
    const file = await aFile();
    const audit = createAudit(createFileJournal(file), 'ada', silentLog);
    const written: Promise<void>[] = [];
    const events = createEventLog((event, at) => written.push(audit.append(event, at, 'prod')));
    await audit.load(events, 0);
    for (let i = 0; i < 300; i += 1)
      events.record({ kind: 'key.trusted', names: [`n-${i}`], foldMs: 5_000, foldKey: 'many' }, i);
    await Promise.all(written);
    expect(events.list(10)).toHaveLength(1);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(300);
    expect((await aProcess(file, [])).map(({ kind }) => kind)).not.toContain('audit.broken');
  });

  it('a write that failed costs that entry, and is not taken for tampering', async () => {
    const file = await aFile();
    const real = createFileJournal(file);
    let isFull = false;
    const journal = {
      read: real.read,
      append: (entry: Parameters<typeof real.append>[0]) =>
        isFull ? Promise.reject(new Error('no space left')) : real.append(entry),
    };
    const audit = createAudit(journal, 'ada', silentLog);
    const events = createEventLog((event, at) => void audit.append(event, at, 'prod'));
    await audit.load(events, 0);
    for (const [index, name] of ['a', 'lost', 'b'].entries()) {
      isFull = name === 'lost';
      events.record({ kind: 'key.trusted', names: [name] }, index);
      await audit.append({ kind: 'key.kept', names: [name] }, index, 'prod');
    }
    expect((await aProcess(file, [])).map(({ kind }) => kind)).not.toContain('audit.broken');
  });

  it('a break is told once, and again only when there is another one', async () => {
    const file = await aFile();
    await aProcess(file, ['a', 'b']);
    await writeFile(file, (await readFile(file, 'utf8')).replace('f-a', 'f-x'));
    const broken = async () =>
      (await aProcess(file, [])).filter(({ kind }) => kind === 'audit.broken').length;
    expect(await broken()).toBe(1);
    expect(await broken()).toBe(1);
    await writeFile(file, (await readFile(file, 'utf8')).replace('f-b', 'f-x'));
    expect(await broken()).toBe(2);
  });
});
