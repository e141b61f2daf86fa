/** The filter language of the node list: text to conditions, conditions to rows. */
export {
  asksForLeft,
  compileFilter,
  explainEmpty,
  fitsPattern,
  matches,
  type Blame,
  type RowTest,
} from './match.js';
export {
  conditionText,
  parseFilter,
  withoutCondition,
  writeCondition,
  type Condition,
  type Filter,
  type ParsedFilter,
} from './parse.js';
export { suggest, type Suggestion } from './suggest.js';
