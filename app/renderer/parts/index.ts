/** Parts that several pages share and that read the stores; components beneath them read none. */
export { BadgeMark } from './Badge.js';
export { download } from './download.js';
export { At, EventLine, EventMark, eventMark, NodeLink, Since } from './Facts.js';
export { LordMark } from './LordMark.js';
export { NeedList } from './Needs.js';
export { Steps } from './Steps.js';
export { SaveView } from './SaveView.js';
