/** What is found while a uWSGI configuration is read for its legions; and why a cipher cannot be used. */
export const legionImport = {
  'legion.import.syntax': 'The option “{option}” is not complete: it has to be {form}, with single blanks.',
  'legion.import.address':
    'The address is not one that uWSGI can use: IPv4 and a port, for “legion-node” also the name of a host.',
  'legion.import.unix-socket':
    'The legion listens on a socket file; no other member can ever send to it. Give an IPv4 address and a port.',
  'legion.import.valor': 'The valor is {valor}; it has to be 0 to 65,535.',
  'legion.import.cipher': '{why}',
  'legion.import.value':
    'A part of “{option}” cannot be used: it is empty, too long, or has control characters.',
  'legion.import.twice': 'The legion “{legion}” is defined already; uWSGI uses the first definition.',
  'legion.import.order':
    'It names the legion “{legion}” before line {defined, number} defines it; uWSGI does not start with that.',
  'legion.import.unknown-legion': 'It names the legion “{legion}”, which no line before defines.',
  'legion.import.action': 'The hook has no colon after its action; uWSGI does not start with that.',
  'legion.import.action-unknown':
    'The action of the hook is none of uWSGI’s legions: cmd, exec, signal, log or alarm.',
  'legion.import.too-many': 'There are more of them than can be kept; this one is left out.',
  'legion.import.rubbish': 'Only {read, number} counts as the number of “{option}”; what follows is ignored.',
  'legion.import.number': 'The number of “{option}” cannot be used; {used, number} is used.',
  'legion.import.placeholder':
    'It holds a placeholder of uWSGI (%x, %(…), $(…) or @(…)); this console does not replace it, so put the value in.',
  'legion.import.size-late': 'The size stands after the first legion and has no effect there.',
  'legion.import.section': 'uWSGI reads the section “uwsgi”; this line in another one was not read.',
  'legion.import.logic':
    'Conditions and loops are not followed: the lines inside are read as if they applied.',
  'legion.import.more':
    '{count, plural, one {One more problem is not listed.} other {# more problems are not listed.}}',

  'legion.import.ignored.alarm': 'Only uWSGI knows its alarms; this hook is left out here.',
  'legion.import.ignored.cron': 'Only uWSGI runs cron lines for its lord; this console does not.',
  'legion.import.ignored.daemon':
    'Only uWSGI starts and stops daemons with its lord; use a hook for lord, unlord and death.',
  'legion.import.ignored.size': 'Sizes of buffers are not needed here.',
  'legion.import.ignored.multicast': 'Set how far multicast reaches on the network of this machine.',
  'legion.import.ignored.route': 'Only uWSGI routes requests by who is the lord.',
  'legion.import.ignored.include': 'Other files are not read; import them one by one.',
  'legion.import.ignored.other': 'This option is not known here.',
  'legion.import.ignored.more':
    '{count, plural, one {One more line that was left out is not listed.} other {# more lines that were left out are not listed.}}',

  'legion.cipher.stream':
    'With this cipher members lose each other after one lost packet; aes-256-cbc does not have that.',
  'legion.cipher.aead':
    'With this cipher members of uWSGI start, but never hear each other; use aes-256-cbc.',
  'legion.cipher.outdated':
    'uWSGI does not start with this cipher on OpenSSL 3, and this console cannot use it; use aes-256-cbc.',
  'legion.cipher.foreign':
    'uWSGI can use this cipher, but this console cannot; change it to aes-256-cbc on all members.',
  'legion.cipher.unknown': 'There is no cipher of this name; use aes-256-cbc.',
} as const;
