/**
 * The text of a uWSGI .ini file as lines with key and value, by the rules of its reader. `%%` is a percent sign; what
 * uWSGI would put in for other placeholders is not known here, so they stay as they stand and are marked.
 */

export type IniLine = {
  readonly line: number;
  readonly key: string;
  readonly value: string;
  /** In the section that uWSGI reads, or before any: then somebody pasted lines only. */
  readonly isRead: boolean;
  readonly hasPlaceholder: boolean;
};

/** Hooks that only this console knows are comments to uWSGI, which would fail on them. */
export const OWN_MARK = ';legion-console ';

export function readLines(text: string): IniLine[] {
  const lines: IniLine[] = [];
  let isRead = true;
  text.split('\n').forEach((raw, index) => {
    const whole = strip(raw);
    const line = whole.startsWith(OWN_MARK) ? strip(whole.slice(OWN_MARK.length)) : whole;
    if (line === '' || line.startsWith(';') || line.startsWith('#')) return;
    if (line.startsWith('[')) {
      isRead = line.slice(1, -1) === 'uwsgi';
      return;
    }
    const equals = line.indexOf('=');
    const [key, value] = equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    const { clear, hasMagic } = withoutPercents(strip(value));
    lines.push({
      line: index + 1,
      key: strip(key),
      value: clear,
      isRead,
      hasPlaceholder: hasMagic || hasBrackets(clear),
    });
  });
  return lines;
}

/** Blanks, tabs and carriage returns only, as uWSGI strips. Looks at each once: a line may be long. */
function strip(text: string): string {
  const isBlank = (at: number): boolean => ' \t\r'.includes(text.charAt(at));
  let [from, to] = [0, text.length];
  while (from < to && isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return text.slice(from, to);
}

/** `%(…)`, `$(…)` or `@(…)`. */
function hasBrackets(value: string): boolean {
  const at = value.search(/[%$@]\(/);
  return at >= 0 && value.lastIndexOf(')') > at;
}

function withoutPercents(value: string): { clear: string; hasMagic: boolean } {
  let hasMagic = false;
  const clear = value.replace(/%([^])?/g, (pair, next: string | undefined) => {
    if (next === '%') return '%';
    hasMagic ||= next !== '(';
    return pair;
  });
  return { clear, hasMagic };
}

/** A line that `readLines` and uWSGI read as this value. */
export const iniLine = (key: string, value: string): string => `${key} = ${value.replaceAll('%', '%%')}\n`;

/**
 * What uWSGI may put something else in for, however its line is written: the value of an option for `%(…)`, a file for
 * `@(…)`, and for `$(NAME)` a variable of the environment that it is started in, whose name holds neither a blank nor a
 * bracket; `$(date +x)` stays. None of the three can be quoted.
 */
export const replacedByUwsgi = (value: string): '%(…)' | '@(…)' | '$(…)' | null => {
  const [found] = /\$\([^\s=()]+\)|[@%]\([^)]+\)/.exec(value) ?? [];
  if (found === undefined) return null;
  return found.startsWith('$') ? '$(…)' : found.startsWith('@') ? '@(…)' : '%(…)';
};
