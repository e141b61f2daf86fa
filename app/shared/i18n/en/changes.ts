/** The words for changes, runs and their results, the same in window, log and command line. Pages have their own. */
export const changes = {
  'result.queued': 'queued',
  'result.sent': 'sent',
  'result.undeliverable': 'undeliverable',
  'result.success': 'success',
  'result.verified': 'verified',
  'result.no-change': 'no change',
  'result.failed': 'failed',
  'result.no-answer': 'no answer',
  'result.regressed': 'regressed',
  'result.skipped': 'skipped',
  'result.queued.about': 'Its wave has not begun.',
  'result.sent.about': 'A queue took it; the node has not answered yet.',
  'result.undeliverable.about': 'The broker returned it: there is no queue of this node.',
  'result.success.about': 'The node says it worked. It is proven by three good beats.',
  'result.verified.about': 'It worked, and the node has beaten well three times since.',
  'result.no-change.about': 'It worked, and as far as we know every value was there before.',
  'result.failed.about': 'The node says it did not work, in its own words.',
  'result.no-answer.about': 'It took the message and said nothing in time. A late answer still counts.',
  'result.regressed.about': 'It worked, and then the node fell silent or into trouble.',
  'result.skipped.about': 'It was not sent to this node.',

  'why.silent': 'fell silent after the success',
  'why.troubled': 'reports trouble since the success',
  'why.left': 'left after the success',
  'why.restarted': 'restarted by itself after the success',
  'why.stopped': 'the run was stopped before its turn',
  'why.excluded': 'was left out',
  'why.busy': 'another change of this kind is under way there',
  'why.no-queue': 'no such node queue on the broker',
  'why.deadline': 'said nothing within the deadline',
  'why.not-sent': 'could not be sent',

  'run.state.waiting': 'waits for approval',
  'run.state.running': 'running',
  'run.state.held': 'held',
  'run.state.done': 'done',
  'run.state.stopped': 'stopped',
  'run.state.observed': 'observed',
  'hold.hand': 'Held by hand',
  'hold.ask': 'Wave {wave} asks you before it begins',
  'hold.evidence':
    'Held at its gate: {rule, select, regressed {some of the wave regressed} other {too few of the wave are verified}}',
  'hold.rule': 'Stopped by its rule: too many {rule, select, regressed {regressed} other {failed}}',
  'hold.link': 'Held: our link to the broker was lost',
  'hold.restart': 'Held: the console was started anew',
  'hold.journal': 'Held: the journal cannot be written',
  'decision.hold-ask': 'held: the next wave asks before it begins',
  'decision.hold-evidence': 'held at its gate: the evidence was short',
  'decision.hold-rule': 'held by its stop rule',
  'decision.hold-link': 'held: our link was lost',
  'decision.hold-restart': 'held: the console was started anew',
  'decision.hold-journal': 'held: the journal could not be written',
  'decision.hold-hand': 'held',
  'decision.started': 'started',
  'decision.held': 'held',
  'decision.resumed': 'resumed',
  'decision.continued': 'let go on',
  'decision.stopped': 'stopped',
  'decision.retried': 'tried again',
  'decision.rolled-back': 'began to roll back',
  'decision.rollback-lost': 'a roll-back was begun and lost before anything was sent',
  'decision.approved': 'approved by a second person',
  'source.your-push': 'your push',
  'source.observed-push': 'observed push',
  'source.this-machine': 'this machine',
  'source.unknown': 'never seen',
  'effect.change': 'change',
  'effect.no-change': 'no change',
  'effect.mixed': 'change for some',
  'effect.unknown': 'unknown before',

  /** `what`: one line about what is sent, e.g. in lists: "transport.pool and 2 more", "lex-http 0.9.1". */
  'what.settings':
    '{count, plural, offset:1 =0 {settings} =1 {settings {key}} other {settings {key} and # more}}{restart, select, yes {, with restart} other {}}',
  'what.gem': '{extension} {version, select, none {newest} other {{version}}}',

  'event.run.started':
    '{rollback, select, none {A change was started} other {A roll-back was started}}: {what}, {nodes, plural, =1 {1 node} other {# nodes}}',
  'event.run.wave': 'Wave {wave} of {waves} began: {what}',
  'event.run.gate': 'Wave {wave} may begin: {what}',
  'event.run.held': '{what}: {why}',
  'event.run.resumed': '{what}: resumed',
  'event.run.continued': '{what}: let past its gate',
  'event.run.stopped': '{what}: stopped',
  'event.run.retried': '{what}: tried again on {nodes, plural, =1 {1 node} other {# nodes}}',
  'event.run.rolled-back': '{what}: a roll-back on {nodes, plural, =1 {1 node} other {# nodes}} was begun',
  'event.run.rollback-lost': '{what}: a roll-back was begun and lost before anything was sent',
  'event.run.approval-asked': '{what}: waits for a second person',
  'event.run.approved': '{what}: approved by {other}',
  'event.run.approval-signed': 'A change of {other} was approved here: {what}',
  'event.run.regressed': '{count, plural, =1 {{name} regressed} other {# nodes regressed}} after {what}',
  'event.run.failed': '{count, plural, =1 {{name} failed} other {# nodes failed}}: {what}',
  'event.run.done':
    '{what}: done, {verified} of {nodes} verified{same, select, 0 {} other {, {same} without change}}{failed, select, 0 {} other {, {failed} failed}}{regressed, select, 0 {} other {, {regressed} regressed}}',
  'event.received.asked': 'Somebody pushed a change to this console: {what}',
  'event.received.applied': 'A pushed change was applied here: {what}',
  'event.received.failed': 'A pushed change failed here: {what}',
  'event.received.refused': 'A pushed change was refused here: {what}',
  'event.received.undone': 'A pushed change was undone here: {what}',
  'event.received.mode': 'Pushed changes of kind {what} are now: {policy}',

  'need.run-gate': 'A change waits at its gate',
  'need.run-gate.why': 'Since {since}. Nothing more is sent until you decide',
  'need.run-gate.verb': 'Decide',
  'need.run-held': 'A change is held',
  'need.run-held.why': 'Since {since}. Nothing more is sent until you decide',
  'need.run-held.verb': 'Decide',
  'need.run-approval': 'A change waits for a second person',
  'need.run-approval.why': 'Since {since}',
  'need.run-approval.verb': 'Open',
  'need.run-regressed':
    '{count, plural, =1 {{name} regressed after a change} other {# nodes regressed after a change}}',
  'need.run-regressed.why': 'Since {since}',
  'need.run-regressed.verb': 'Open',
  'need.change-asked':
    '{count, plural, =1 {A change was pushed to this console} other {# changes were pushed to this console}}',
  'need.change-asked.why': '{age} ago',
  'need.change-asked.verb': 'Decide',

  'received.kind.settings': 'settings',
  'received.kind.gem': 'gem upgrade',
  'received.kind.message': 'message',
  'received.mode.off': 'Off',
  'received.mode.ask': 'Ask me',
  'received.mode.on': 'Obey',
  'received.state.waiting': 'waiting for you',
  'received.state.working': 'working',
  'received.state.applied': 'applied',
  'received.state.failed': 'failed',
  'received.state.refused': 'refused',
  'received.state.undone': 'undone',

  // What a rehearsal may find. Errors stand against sending.
  'check.json': 'This is not JSON: line {line}, column {column}, {word}.',
  'check.not-object': 'The settings must be an object of sections, as {example}.',
  'check.empty': 'There is nothing to change in it.',
  'check.too-large':
    'The message has {bytes} bytes; nodes take at most {limit}. Divide it, or put large values into files on the nodes.',
  'check.legion-quorum':
    'The legion {name} loses its quorum while its members restart: nobody leads it until they are back.',
  'check.legion-waves':
    '{count, plural, =1 {1 wave is} other {# waves are}} added, so that no legion loses its quorum by members that restart together.',
  'check.broadcast-some':
    'A broadcast reaches every node that listens, whoever is chosen here. Choose all nodes, or send to the chosen ones alone.',
  'check.number':
    '{path}: the number {word} cannot be sent as it stands; nodes would get {sent}. Write another number, or a text in quotes.',
  'check.too-deep': 'The settings are nested deeper than {limit} levels. Flatten them.',
  'check.forbidden-key':
    'The key “{path}” is not allowed: programs take it for part of their own objects. Rename it.',
  'check.duplicate-key':
    'The key “{path}” stands there twice; which one counts would be chance. Take one out.',
  'check.not-section':
    '“{path}” is {word}, not an object. LegionIO only changes keys inside a section; a value at the top fails on every node. Put it into its section.',
  'check.unknown-section':
    'LegionIO has no section “{path}” of its own, and a node without it answers with a failure: update_settings cannot make one. Sections that every node has: {known}. Send it only to nodes that have it in their files.',
  'check.section-order':
    'If “{path}” fails, the sections before it stay applied: LegionIO does not take back what it has done.',
  'check.client-name':
    'client.name cannot be pushed: the node would beat under a name that its queue does not have, and look offline. Change it in its files.',
  'check.self-secret': 'crypt.cluster_secret is not pushed in the open; change it on the page Secrets.',
  'check.replaces-object':
    '“{path}” is an object: the node replaces it whole. Keys that you do not send are lost{lost, select, none {} other {, as far as known: {lost}}}.',
  'check.looks-secret': '“{path}” looks secret. It is masked here, and travels unencrypted over the broker.',
  'check.restart-loses':
    'With a restart the node reads its files again, and what was pushed is gone although it says success. Write lasting changes into its files.',
  'check.gem-name':
    '“{word}” is no name of an extension. Letters, digits, - and _, as lex-http; no paths, addresses or shell characters.',
  'check.gem-version': '“{word}” is no version. Digits and dots, as 1.2.3, or leave it out for the newest.',
  'check.gem-newest': 'Without a version each node decides for itself which is the newest. Pin one.',
  'check.gem-not-reloaded': 'Without a reload the nodes go on with the version they have loaded.',
  'check.names-unknown':
    '{filters, select, none {{count, plural, =1 {Nobody has heard of {name}.} other {Nobody has heard of # of these names: {names}.}} Check the spelling{nearest, select, none {} other {; did you mean {nearest}?}}} other {No node is called {name}; filters are {filters}.}}',
  'check.names-unknown-sent':
    '{count, plural, =1 {{name} was never heard} other {# names were never heard}}; it is tried all the same.',
  'check.filter': 'The filter cannot be read: {word}',
  'check.where': 'Say to whom: names, a filter, or all. One of them.',
  'check.nobody': 'Nobody is left to send to.',
  'check.silent-skipped':
    '{count, plural, =1 {{name} is silent and is skipped.} other {# nodes are silent and are skipped.}}',
  'check.silent-sent':
    '{count, plural, =1 {{name} is silent.} other {# nodes are silent.}} If a queue is there it gets the change; if not, it is undeliverable.',
  'check.self-skipped': 'This console is left out.',
  'check.broadcast':
    'One message to all. No waves, and it cannot be stopped. Nodes of frameworks since 1.5.4 do not hear it: {count} of those in view.',
  'check.canary-unknown': 'The canary “{name}” is not among the targets.',
  'check.canary-alone':
    'A canary needs at least two waves: “{name}” goes with all others here. Add waves, as 1,rest.',
  'check.busy':
    '{count, plural, =1 {{name} has} other {# nodes have}} an open change of this kind; it is sent when that is answered.',
  'check.waves-rest': '“rest” is all that are left, so it comes last and once. Write the waves as {word}.',
  'check.waves':
    '“{word}” is no wave. Write numbers, shares or rest, as 1,5%,25%,rest, or careful, steady, once.',
  'check.rollback-unknown':
    '{count, plural, =1 {For 1 node nothing from before is known.} other {For # nodes nothing from before is known.}} They are left as they are unless you say what to send.',
  'check.rollback-newer':
    '{count, plural, =1 {On 1 node a later change} other {On # nodes later changes}} set some of these values; the roll-back goes over {count, plural, =1 {it} other {them}}.',
  'check.rollback-partial':
    '{count, plural, =1 {For 1 node} other {For # nodes}} nothing is known of “{path}” from before; it stays there as it is.',
  'check.rollback-masked': 'The former value of “{path}” looked secret and was not kept. Send it by hand.',
  'check.read-only': 'This profile only watches.',
} as const;
