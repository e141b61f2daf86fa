/** The node page: the same view as the panel, with the room of a page and an address of its own. */
import { text } from '../../../shared/i18n/index.js';
import { href } from '../../route.js';
import { NodeView } from './NodeView.js';

export const NodePage = ({ name }: { readonly name: string }) => (
  <div className="page scrolls">
    <NodeView
      name={name}
      actions={
        <a className="btn quiet" href={href('/nodes')}>
          {text('node.back')}
        </a>
      }
    />
  </div>
);
