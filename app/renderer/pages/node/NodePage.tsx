/** The node page: the same view as the panel, with the room of a page and an address of its own. */
import { text } from '../../../shared/i18n/index.js';
import { href, nodeOf, usePath } from '../../route.js';
import { NodeView } from './NodeView.js';

export function NodePage() {
  const [path] = usePath();
  return (
    <div className="page scrolls">
      <NodeView
        name={nodeOf(path)}
        actions={
          <a className="btn quiet" href={href('/nodes')}>
            {text('node.back')}
          </a>
        }
      />
    </div>
  );
}
