/** The messages of a wrapped hand-over and each check of them. */
import { describe, expect, it } from 'vitest';
import { publicKeyOf } from '../../../../app/main/core/crypto/public-key.js';
import { openText, SEAL_BYTES, sealText } from '../../../../app/main/core/crypto/sealed-text.js';
import {
  Answer,
  createAnswered,
  createQuestions,
  Failed,
  isCreationPath,
  isFailureOf,
  makeAnswer,
  makeFailure,
  makeQuestion,
  openAnswer,
  OPEN_MS,
  Question,
  whyNotAnswer,
  whyNotOpen,
  whyNotUnwrap,
} from '../../../../app/main/core/vault/handover.js';
import { aKey, privatePems } from '../../../support/keys.js';

const [askerPem = '', giverPem = '', thiefPem = ''] = privatePems();
const [askerKey, giverKey, thiefKey] = [askerPem, giverPem, thiefPem].map((pem) => publicKeyOf(pem));
if (!askerKey || !giverKey || !thiefKey) throw new Error('no keys');
const NOW = 1_800_000_000_000;
const asker = { name: 'asker', fingerprint: askerKey.fingerprint };
const between = { giver: 'giver', asker };
const inside = {
  wrapping: `hvs.${'w'.repeat(900)}`,
  creationPath: 'auth/token/create-orphan',
  accessor: 'acc',
};
const chance = (fill = 7): Uint8Array => new Uint8Array(SEAL_BYTES).fill(fill);
const question = makeQuestion(asker, askerPem, new Uint8Array(16).fill(1), NOW);
const answer = makeAnswer(
  { name: 'giver', privatePem: giverPem },
  { name: 'asker', key: askerKey },
  question.nonce,
  inside,
  chance(),
);
const cipher = expect.objectContaining({ code: 'CIPHER' }) as unknown as Error;

describe('a text sealed to a key', () => {
  it('opens with that key and for what it is about, whatever its length', () => {
    for (const plain of ['', 'hvs.short', 'long '.repeat(2_000)])
      expect(openText(askerPem, sealText(askerKey, plain, 'about', chance()), 'about')).toBe(plain);
  });

  it('opens with no other key, for nothing else, and not when one byte of it is another', () => {
    const sealed = sealText(askerKey, 'hvs.x', 'about', chance());
    expect(() => openText(thiefPem, sealed, 'about')).toThrow(cipher);
    expect(() => openText(askerPem, sealed, 'something else')).toThrow(cipher);
    const [key = '', body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64');
    for (const at of [0, 13, bytes.length - 1]) {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(() => openText(askerPem, `${key}.${other.toString('base64')}`, 'about')).toThrow(cipher);
    }
    for (const odd of ['', '.', 'a.b', 'x'.repeat(40_000), `${key}.`, `.${body}`])
      expect(() => openText(askerPem, odd, 'about')).toThrow(cipher);
  });

  it('is not made for a key that is too small', () => {
    expect(() => sealText(aKey('small', 512), 'x', 'about', chance())).toThrow(
      expect.objectContaining({ code: 'KEY_WEAK' }) as unknown,
    );
  });
});

describe('VW2 a question', () => {
  const look = (over: Partial<Question> = {}, name = 'asker', key = askerKey, now = NOW) =>
    whyNotAnswer({ ...question, ...over }, { name, key, now });

  it('is good by the key of the name, within a minute either way', () => {
    expect(Question.parse(JSON.parse(JSON.stringify(question)))).toEqual(question);
    for (const off of [-OPEN_MS, 0, OPEN_MS]) expect(look({}, 'asker', askerKey, NOW + off)).toBeNull();
    for (const off of [-OPEN_MS - 1, OPEN_MS + 1])
      expect(look({}, 'asker', askerKey, NOW + off)).toBe('clock');
  });

  it('is not good by another key, under another name, with another nonce, time or signature', () => {
    expect(look({}, 'asker', thiefKey)).toBe('signature');
    expect(look({}, 'other')).toBe('signature');
    expect(look({ nonce: '0'.repeat(32) })).toBe('signature');
    expect(look({ at: NOW + 1 })).toBe('signature');
    expect(
      look({ signature: makeQuestion(asker, thiefPem, new Uint8Array(16).fill(1), NOW).signature }),
    ).toBe('signature');
    expect(look({ signature: 'no base64 at all' })).toBe('signature');
  });

  it('a name with quotes and commas in it does not pass for another', () => {
    const odd = { ...asker, name: 'asker","x' };
    const signed = makeQuestion(odd, askerPem, new Uint8Array(16).fill(1), NOW);
    expect(whyNotAnswer(signed, { name: odd.name, key: askerKey, now: NOW })).toBeNull();
    expect(whyNotAnswer(signed, { name: 'asker', key: askerKey, now: NOW })).toBe('signature');
  });

  it('has its form or is none', () => {
    for (const over of [
      { v: 1 },
      { v: '2' },
      { nonce: 'AB' },
      { nonce: 'g'.repeat(32) },
      { at: 1.5 },
      { at: '1' },
    ])
      expect(Question.safeParse({ ...question, ...over }).success).toBe(false);
    for (const odd of [null, 'x', [], { v: 2 }]) expect(Question.safeParse(odd).success).toBe(false);
  });

  it('is answered once in ten minutes, and one node once in a minute', () => {
    const answered = createAnswered();
    expect(answered.whyNot('n1', 'asker', 0)).toBeNull();
    answered.add('n1', 'asker', 0);
    expect(answered.whyNot('n1', 'other', 0)).toBe('replayed');
    expect(answered.ago('n1', 1_500)).toBe(1_500);
    expect(answered.whyNot('n2', 'asker', OPEN_MS - 1)).toBe('often');
    expect(answered.whyNot('n2', 'other', OPEN_MS - 1)).toBeNull();
    expect(answered.whyNot('n2', 'asker', OPEN_MS)).toBeNull();
    expect(answered.whyNot('n1', 'asker', 599_999)).toBe('replayed');
    expect(answered.whyNot('n1', 'asker', 600_000)).toBeNull();
    expect(answered.ago('n1', 600_000)).toBe(Infinity);
  });

  it('a node that was not reached may ask again at once, by another question', () => {
    const answered = createAnswered();
    answered.add('n1', 'asker', 0);
    answered.failed('asker');
    expect(answered.whyNot('n1', 'asker', 1)).toBe('replayed');
    expect(answered.whyNot('n2', 'asker', 1)).toBeNull();
  });

  it('what is remembered of answers is bounded, and forgets nothing early to stay so', () => {
    const answered = createAnswered();
    for (let n = 0; n < 5_000; n += 1) answered.add(`n${n}`, `node${n}`, 0);
    expect(answered.whyNot('fresh', 'fresh', 1)).toBe('full');
    expect(answered.whyNot('n0', 'fresh', 1)).toBe('replayed');
    expect(answered.whyNot('fresh', 'fresh', 600_000)).toBeNull();
  });
});

describe('VW5 an answer', () => {
  it('opens for whom it is meant, signed by the key that is pinned for its giver', () => {
    expect(Answer.parse(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
    expect(whyNotOpen(answer, between, giverKey)).toBeNull();
    expect(openAnswer(answer, between, askerPem)).toEqual(inside);
    expect(JSON.stringify(answer)).not.toContain('wwww');
  });

  it('is not opened without a pin, by another key, under another name, or when any of it is another', () => {
    expect(whyNotOpen(answer, between, null)).toBe('unpinned');
    expect(whyNotOpen(answer, between, thiefKey)).toBe('signature');
    expect(whyNotOpen(answer, { ...between, giver: 'other' }, giverKey)).toBe('signature');
    expect(whyNotOpen(answer, { ...between, asker: { ...asker, name: 'other' } }, giverKey)).toBe(
      'signature',
    );
    expect(whyNotOpen(answer, { ...between, asker: { ...asker, fingerprint: 'other' } }, giverKey)).toBe(
      'signature',
    );
    expect(whyNotOpen({ ...answer, nonce: '0'.repeat(32) }, between, giverKey)).toBe('signature');
    expect(whyNotOpen({ ...answer, sealed: `${answer.sealed}A` }, between, giverKey)).toBe('signature');
  });

  it('what was sealed for one question does not open for another, and only what a giver seals is read', () => {
    expect(() => openAnswer({ ...answer, nonce: '0'.repeat(32) }, between, askerPem)).toThrow(cipher);
    expect(() => openAnswer(answer, between, thiefPem)).toThrow(cipher);
    const odd = { ...inside, accessor: '' };
    const made = makeAnswer(
      { name: 'giver', privatePem: giverPem },
      { name: 'asker', key: askerKey },
      question.nonce,
      odd,
      chance(),
    );
    expect(() => openAnswer(made, between, askerPem)).toThrow(cipher);
  });

  it('has to be to a question of ours, once, within a minute', () => {
    const questions = createQuestions();
    const put = { at: NOW, fingerprint: 'f' };
    questions.put('n1', put, 1_000);
    expect(questions.find('n2', 1_000)).toBeNull();
    expect(questions.find('n1', 1_000 + OPEN_MS)).toMatchObject({ ...put, takenFrom: null });
    expect(questions.find('n1', 1_001 + OPEN_MS)).toBeNull();
    questions.take('n1', 'giver');
    expect(questions.find('n1', 1_000)).toMatchObject({ takenFrom: 'giver' });
    for (let n = 0; n < 100; n += 1) questions.put(`m${n}`, put, 1_000);
    expect(questions.find('m79', 1_000)).toBeNull();
    expect(questions.find('m80', 1_000)).not.toBeNull();
  });
});

describe('VW6 a wrapping token', () => {
  const path = 'auth/token/create/legion-node';
  const look = (
    found: { creationPath?: string; createdAt?: number | null },
    skewMs: number | null = 0,
    said = path,
  ) =>
    whyNotUnwrap(
      { creationPath: path, createdAt: NOW + 500, ...found },
      { creationPath: said, askedAt: NOW, skewMs },
    );

  it('has the very path that the giver named, and one that makes tokens', () => {
    expect(look({})).toBeNull();
    expect(look({ creationPath: 'auth/token/create-orphan' }, 0, 'auth/token/create-orphan')).toBeNull();
    for (const other of ['sys/wrapping/wrap', 'auth/token/create-orphan', `${path}/`, 'cubbyhole/response'])
      expect(look({ creationPath: other })).toBe('path');
    // Not even when the giver says so.
    for (const odd of ['sys/wrapping/wrap', 'auth/token/create', 'secret/data/auth/token/create/x', ''])
      expect(look({ creationPath: odd }, 0, odd)).toBe('path');
    expect(isCreationPath('auth/token/create/a/b')).toBe(false);
  });

  it('was made after we asked, by the clock of Vault as far as that is known', () => {
    expect(look({ createdAt: NOW - 3_001 })).toBe('time');
    expect(look({ createdAt: NOW - 3_000 })).toBeNull();
    expect(look({ createdAt: NOW + 30_000 - 3_001 }, 30_000)).toBe('time');
    expect(look({ createdAt: NOW - 90_000 }, -90_000)).toBeNull();
    expect(look({ createdAt: NOW - OPEN_MS }, null)).toBeNull();
    expect(look({ createdAt: NOW - OPEN_MS - 1 }, null)).toBe('time');
    expect(look({ createdAt: null })).toBe('time');
  });
});

describe('VW8 a failure', () => {
  const ends = { giver: 'giver', asker: 'asker' };
  const failure = makeFailure(ends, askerPem, question.nonce, 'used');

  it('is the asker’s when its pinned key signed it, for this giver, question and reason', () => {
    expect(Failed.parse(JSON.parse(JSON.stringify(failure)))).toEqual(failure);
    expect(isFailureOf(failure, ends, askerKey)).toBe(true);
    expect(isFailureOf(failure, ends, thiefKey)).toBe(false);
    expect(isFailureOf(failure, { ...ends, giver: 'other' }, askerKey)).toBe(false);
    expect(isFailureOf(failure, { ...ends, asker: 'other' }, askerKey)).toBe(false);
    expect(isFailureOf({ ...failure, nonce: '0'.repeat(32) }, ends, askerKey)).toBe(false);
    expect(isFailureOf({ ...failure, failed: 'path' }, ends, askerKey)).toBe(false);
    expect(Failed.safeParse({ ...failure, failed: 'anything' }).success).toBe(false);
  });

  it('a signature under one kind of message is none under another', () => {
    const as = { ...question, signature: failure.signature };
    expect(whyNotAnswer(as, { name: 'asker', key: askerKey, now: NOW })).toBe('signature');
  });
});
