/** What each tab of a node gets: the answer of `node.get`, and its headings' level under panel or page. */
import type { NodeDetail } from '../../../shared/domain/node.js';

export type TabProps = { readonly detail: NodeDetail; readonly heading: 'h2' | 'h3' };
