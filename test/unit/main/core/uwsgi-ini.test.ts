/** Legions in uWSGI's .ini files: its own rules of reading, its quirks, and what is said about them. */
import { describe, expect, it } from 'vitest';
import { readIni, replacedIn, writeIni } from '../../../../app/main/core/legion-config/ini.js';
import {
  IMPORT_ERRORS,
  IMPORT_IGNORED,
  IMPORT_NOTES,
  LEGION_DEFAULTS,
  LegionOptions,
} from '../../../../app/shared/domain/legion-options.js';
import { isTextKey } from '../../../../app/shared/i18n/index.js';

const LEGION = 'legion = clusterip 192.168.0.1:4242 98 bf-cbc:hello';
const read = (...lines: string[]) => readIni(lines.join('\n'));
const one = (...lines: string[]): LegionOptions => {
  const { legions, problems } = read(...lines);
  expect(problems).toEqual([]);
  expect(legions).toHaveLength(1);
  expect(LegionOptions.parse(legions[0])).toEqual(legions[0]);
  return legions[0]!;
};
const kinds = (...lines: string[]): string[] =>
  read(...lines).problems.map(({ line, kind, isError }) => `${line}: ${kind}${isError ? '!' : ''}`);

describe('a legion in an .ini file', () => {
  it('has all of its options, and the defaults of uWSGI for the rest', () => {
    expect(one(LEGION)).toEqual({
      ...LEGION_DEFAULTS,
      name: 'clusterip',
      listen: { address: '192.168.0.1', port: 4242 },
      valor: 98,
      cipher: 'bf-cbc',
      secret: 'hello',
      iv: null,
    });
    const whole = one(
      '[uwsgi]',
      'master = true',
      '; a comment',
      '  # another one',
      '\tlegion-freq=1 \r',
      'legion-mcast = clusterip 225.1.1.1:4242 98 aes-256-cbc:secret2 thisistheiv',
      'legion-node = clusterip peer-1.example:4243',
      'legion-node = clusterip 10.0.0.2:4243',
      'legion-tolerance = 4',
      'legion-skew-tolerance = 30',
      'legion-quorum = clusterip 2',
      'legion-death-on-lord-error = 8',
      'legion-scroll = clusterip role=primary,  two blanks',
      'legion-setup = clusterip log:here: we are',
      'legion-lord = clusterip cmd:ip addr add 10.0.0.9/24 dev eth0',
      'legion-lord = clusterip exec:arping -c 3 10.0.0.9',
      'legion-unlord = clusterip signal:17',
      'legion-node-left = clusterip alarm:mail gone',
    );
    expect(whole).toMatchObject({
      listen: { address: '225.1.1.1', port: 4242 },
      multicast: true,
      nodes: [
        { host: 'peer-1.example', port: 4243 },
        { host: '10.0.0.2', port: 4243 },
      ],
      iv: 'thisistheiv',
      freqS: 1,
      toleranceS: 4,
      skewS: 30,
      quorum: 2,
      deathOnLordErrorS: 8,
      scroll: 'role=primary,  two blanks',
    });
    expect(whole.hooks.map(({ event, action, argument }) => `${event} ${action} ${argument}`)).toEqual([
      'setup log here: we are',
      'lord cmd ip addr add 10.0.0.9/24 dev eth0',
      'lord exec arping -c 3 10.0.0.9',
      'unlord signal 17',
      'node-left alarm mail gone',
    ]);
  });

  it('has a secret up to the first blank, with its colons, and an iv with its blanks', () => {
    expect(one('legion = a 1.2.3.4:5 1 aes128:se:cr:et a b c')).toMatchObject({
      cipher: 'aes-128-cbc',
      secret: 'se:cr:et',
      iv: 'a b c',
    });
    expect(one('legion = a 1.2.3.4:5 1 aes128:secret  iv').iv).toBe(' iv');
    expect(one('legion = a 1.2.3.4:5 1 aes128:se%%cr%%et').secret).toBe('se%cr%et');
  });

  it('listens on all interfaces without an address, and may be broadcast', () => {
    expect(one('legion = a :5 1 aes128:s').listen).toEqual({ address: '0.0.0.0', port: 5 });
    expect(one('legion = a 255.255.255.255:5 1 aes128:s').listen.address).toBe('255.255.255.255');
  });

  it('takes 0 for the defaults of its times', () => {
    expect(one(LEGION, 'legion-freq = 0', 'legion-tolerance = 0', 'legion-skew-tolerance = 0')).toMatchObject(
      {
        freqS: 3,
        toleranceS: 15,
        skewS: 60,
      },
    );
  });

  it('shares its times with the others of the file, wherever they stand', () => {
    const { legions } = read(LEGION, 'legion-freq = 5', LEGION.replace('clusterip', 'second'));
    expect(legions.map(({ name, freqS }) => [name, freqS])).toEqual([
      ['clusterip', 5],
      ['second', 5],
    ]);
  });

  it.each([
    ['a blank too many', 'legion = clusterip  192.168.0.1:4242 98 bf-cbc:hello', 'syntax'],
    ['no secret part', 'legion = clusterip 192.168.0.1:4242 98 bf-cbc', 'syntax'],
    ['no valor', 'legion = clusterip 192.168.0.1:4242 bf-cbc:hello', 'syntax'],
    ['nothing', 'legion', 'syntax'],
    ['the path of a socket', 'legion = a /tmp/legion.sock 1 aes128:s', 'unix-socket'],
    ['the name of a host', 'legion = a host:1 1 aes128:s', 'address'],
    ['an IPv6 address', 'legion = a [::1]:1 1 aes128:s', 'address'],
    ['port 0', 'legion = a 1.2.3.4:0 1 aes128:s', 'address'],
    ['a port of 6 digits', 'legion = a 1.2.3.4:100000 1 aes128:s', 'address'],
    ['valor 65,536', 'legion = a 1.2.3.4:5 65536 aes128:s', 'valor'],
    ['valor -1', 'legion = a 1.2.3.4:5 -1 aes128:s', 'valor'],
    ['a stream cipher', 'legion = a 1.2.3.4:5 1 aes-128-ctr:s', 'cipher'],
    ['an empty secret', 'legion = a 1.2.3.4:5 1 aes128:', 'value'],
    ['a tab in the secret', 'legion = a 1.2.3.4:5 1 aes128:se\tcret', 'value'],
  ])('with %s is left out, and its line named', (_, line, kind) => {
    const { legions, problems } = read('', line);
    expect(legions).toEqual([]);
    expect(problems).toMatchObject([{ line: 2, kind, isError: true }]);
  });

  it('is never quoted where its secret may stand', () => {
    for (const line of [
      'legion = a 1.2.3.4:5 hunter2:x 1 hunter2',
      'legion = a hunter2:hunter2 1 hunter2:hunter2',
      'legion = a 1.2.3.4:5 1 hunter2:hunter2',
      'legion = a  1.2.3.4:5 1 aes128:hunter2',
      'legion = a 1.2.3.4:5 1 aes128:hun\tter2hunter2',
    ]) {
      const { problems } = read(line);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    }
  });

  it('of a doubled name is the first one', () => {
    expect(kinds(LEGION, LEGION.replace('98', '97'))).toEqual(['2: twice!']);
    expect(read(LEGION, LEGION.replace('98', '97')).legions).toMatchObject([{ valor: 98 }]);
  });

  it('ends its numbers where their digits end, and says so', () => {
    expect(
      kinds('legion = a 1.2.3.4:5 98x aes128:s', 'legion-quorum = a 2 votes', 'legion-freq = 2s'),
    ).toEqual(['1: rubbish', '2: rubbish', '3: rubbish']);
    const { legions } = read(
      'legion = a 1.2.3.4:5 98x aes128:s',
      'legion-quorum = a 2 votes',
      'legion-freq = 2s',
    );
    expect(legions).toMatchObject([{ valor: 98, quorum: 2, freqS: 2 }]);
    expect(
      kinds(LEGION, 'legion-freq = often', 'legion-tolerance = -1', 'legion-quorum = clusterip -2'),
    ).toEqual(['2: number', '3: number', '4: number']);
    expect(read(LEGION, 'legion-tolerance = -1').problems[0]?.text).toContain('15 is used');
  });
});

describe('an option that names a legion', () => {
  it.each(['legion-node', 'legion-quorum', 'legion-scroll', 'legion-lord', 'legion-node-joined'])(
    '%s has to stand after its definition',
    (option) => {
      const { legions, problems } = read(`${option} = clusterip cmd:1`, '', LEGION);
      expect(problems).toMatchObject([{ line: 1, kind: 'order', isError: true }]);
      expect(problems[0]?.text).toContain('line 3');
      expect(legions).toMatchObject([LEGION_DEFAULTS]);
      expect(kinds(LEGION, `${option} = other x`)).toEqual(['2: unknown-legion!']);
      expect(kinds(LEGION, `${option} = clusterip`)).toEqual(['2: syntax!']);
    },
  );

  it('is left out when its value cannot be used', () => {
    expect(
      kinds(
        LEGION,
        'legion-node = clusterip 1.2.3.4',
        'legion-node = clusterip :4',
        'legion-node = clusterip a/b:4',
        'legion-lord = clusterip reboot',
        'legion-lord = clusterip mount:x',
        'legion-lord = clusterip  cmd:x',
        `legion-scroll = clusterip ${'x'.repeat(4097)}`,
      ),
    ).toEqual([
      '2: address!',
      '3: address!',
      '4: address!',
      '5: action!',
      '6: action-unknown!',
      '7: action-unknown!',
      '8: value!',
    ]);
    const many = Array.from({ length: 1001 }, () => 'legion-node = clusterip a:4');
    expect(kinds(LEGION, ...many)).toEqual(['1002: too-many!']);
  });
});

describe('what is not taken over', () => {
  it('is listed with one sentence each', () => {
    const { ignored, problems } = read(
      'legion-scroll-max-size = 8192',
      LEGION,
      'legion-cron = clusterip -1 -1 -1 -1 -1 date',
      'unique-cron-legion = clusterip -1 -1 -1 -1 -1 date',
      'cron2 = minute=-2,legion=clusterip date',
      'cron2 = minute=-2 date',
      'legion-attach-daemon = clusterip sleep 9',
      'legion-smart-attach-daemon2 = clusterip /tmp/pid sleep 9',
      'attach-daemon2 = legion=clusterip,cmd=date',
      'multicast-ttl = 3',
      'route-if = lord:clusterip goto:x',
      'ini = other.ini',
      'legion-new-thing = 1',
      'http = :8080',
      'legion-scroll-list-max-size = 9',
    );
    expect(ignored.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      '1 size',
      '3 cron',
      '4 cron',
      '5 cron',
      '7 daemon',
      '8 daemon',
      '9 daemon',
      '10 multicast',
      '11 route',
      '12 include',
      '13 other',
      '15 size',
    ]);
    expect(ignored.every(({ text }) => /^[A-Z][^.]+\.$/.test(text))).toBe(true);
    expect(problems).toMatchObject([{ line: 15, kind: 'size-late', isError: false }]);
  });

  it('is what other sections hold, and what conditions would decide is said', () => {
    expect(kinds('[app]', LEGION, 'http = :80', '[uwsgi]', 'if-env = X', LEGION, 'endif =')).toEqual([
      '2: section',
      '5: logic',
      '7: logic',
    ]);
  });

  it('is what only uWSGI could put in for a placeholder', () => {
    const { legions, problems } = read(
      'legion = a 1.2.3.4:5 1 aes128:$(SECRET)',
      'legion-scroll = a host=%h',
      'legion-lord = a cmd:echo %(name) @(/etc/x) 100%%',
      'legion-unlord = a cmd:echo 100%%h',
    );
    expect(problems.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      '1 placeholder',
      '2 placeholder',
      '3 placeholder',
    ]);
    expect(legions[0]).toMatchObject({ secret: '$(SECRET)', scroll: 'host=%h' });
    expect(legions[0]?.hooks.map(({ argument }) => argument)).toEqual([
      'echo %(name) @(/etc/x) 100%',
      'echo 100%h',
    ]);
  });

  it('has words for every kind', () => {
    for (const kind of [...IMPORT_ERRORS, ...IMPORT_NOTES])
      expect(isTextKey(`legion.import.${kind}`)).toBe(true);
    for (const kind of IMPORT_IGNORED) expect(isTextKey(`legion.import.ignored.${kind}`)).toBe(true);
  });
});

describe('a hostile file', () => {
  const MB = 930_000;
  const lines = (line: string): string => `[uwsgi]\n${line.repeat(MB / line.length)}`;

  it('has its first mistakes named, and the others counted', () => {
    const { problems } = readIni(`${lines('legion-node=x y\n')}legion = x 1.2.3.4:5 1 aes128:s`);
    expect(problems).toHaveLength(201);
    expect(problems[199]).toMatchObject({ line: 201, kind: 'order' });
    expect(problems[199]?.text).toContain('line 58,127');
    expect(problems[200]).toEqual({
      ...{ line: 202, kind: 'more', isError: true, text: '57,925 more problems are not listed.' },
    });
  });

  it('has its first left-out lines listed, and the others counted', () => {
    const { ignored, problems } = readIni(lines('legion-x=\n'));
    expect(problems).toEqual([]);
    expect(ignored).toHaveLength(201);
    expect(ignored[200]).toMatchObject({ line: 202, kind: 'more' });
    expect(ignored[200]?.text).toMatch(/^92,800 more lines/);
    const notes = read(LEGION, ...Array.from({ length: 201 }, () => 'if-env = X'));
    expect(notes.problems[200]).toMatchObject({ isError: false, text: 'One more problem is not listed.' });
  });

  it('has no more legions than can be kept', () => {
    const many = Array.from({ length: 1_001 }, (_, at) => `legion = l${at} 1.2.3.4:5 1 aes128:s`);
    const { legions, problems } = read(...many);
    expect(legions).toHaveLength(1_000);
    expect(problems).toMatchObject([{ line: 1_001, kind: 'too-many', isError: true }]);
  });

  it('is looked through once, whatever its lines hold', () => {
    // Each of these takes minutes where a line, or the file, is looked through again for each of its places.
    for (const value of [`${' '.repeat(MB)}x`, `${'\t\r'.repeat(MB / 2)}x`, '$('.repeat(MB / 2)])
      expect(readIni(`legion-scroll = x${value}`).problems).toMatchObject([{ isError: true }]);
    const half = (line: string): string => line.repeat(MB / 2 / line.length);
    expect(readIni(half('legion=x y\n') + half('legion-node=x y\n')).problems).toHaveLength(201);
  });
});

describe('a legion written as an .ini file', () => {
  const hook = (argument: string) => ({ event: 'lord', action: 'cmd', argument }) as const;
  const options = one(
    'legion-mcast = a 225.1.1.1:5 1 aes128:se%%cret my iv',
    'legion-lord = a cmd:date +%%s',
  );

  it('begins with its section and its definition, with percent signs doubled', () => {
    expect(writeIni(options).split('\n').slice(0, 2)).toEqual([
      '[uwsgi]',
      'legion-mcast = a 225.1.1.1:5 1 aes-128-cbc:se%%cret my iv',
    ]);
    expect(writeIni(options)).toContain('legion-lord = a cmd:date +%%s\n');
  });

  it.each([
    ['name', { name: 'a@(' }],
    ['secret', { secret: 'x$(HOME)' }],
    ['secret', { secret: '@(/etc/passwd)' }],
    ['iv', { secret: 'x@(', iv: 'iv)' }],
    ['scroll', { scroll: 'role=%(role)' }],
    ['scroll', { scroll: '$($(HOME)' }],
    ['hooks.1.argument', { hooks: [hook('date'), hook('echo $(hostname)')] }],
    ['hooks.0.argument', { hooks: [hook('mail a@(b c)')] }],
  ])('is told apart where uWSGI would put something else in: %s of %j', (field, over) => {
    expect(replacedIn({ ...options, ...over })).toMatchObject({ field });
  });

  it('has what uWSGI leaves as it stands', () => {
    for (const value of [
      '$(date +%s)',
      '$( hostname)',
      '100%',
      '%n',
      '$()',
      '@()',
      '$(x',
      '$x',
      '${HOME}',
      'a;b#c',
    ])
      expect(replacedIn({ ...options, scroll: value, hooks: [hook(value)] })).toBeNull();
    const own = { event: 'lord', action: 'notify', argument: '$(HOME)' } as const;
    expect(replacedIn({ ...options, hooks: [own] })).toBeNull();
  });

  it('hides hooks from uWSGI that only this console knows, and reads them again', () => {
    const own = { ...options, hooks: [{ event: 'lord', action: 'notify', argument: 'hello' } as const] };
    expect(writeIni(own)).toContain('\n;legion-console legion-lord = a notify:hello\n');
    expect(readIni(writeIni(own)).legions).toEqual([own]);
  });
});
