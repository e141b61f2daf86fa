/** Shared parts: props in, elements out. They know no store and no client. */
export { Button, Icon, IconButton, Kbd, PauseIcon } from './Button.js';
export { Segments, Tabs, type Tab } from './Choice.js';
export { Check, Field } from './Field.js';
export { CopyIcon, Fingerprint, FingerprintWords, ShortFingerprint } from './Fingerprint.js';
export {
  Dialog,
  Menu,
  MenuCheck,
  MenuChoice,
  MenuHead,
  MenuItem,
  MenuLine,
  Popover,
  useReturnFocus,
} from './Menu.js';
export { Options, type Option } from './Options.js';
export { ResultMark, RESULT_TONE, ResultWord } from './ResultMark.js';
export { StatusMark, TONE } from './StatusMark.js';
export { Switch } from './Switch.js';
export { Spark, tickPlaces, Ticks } from './Ticks.js';
export { TrustMark, TrustWord } from './TrustMark.js';
export { Empty, Failure, Foreign, Sentence } from './Words.js';
