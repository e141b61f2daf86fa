/** The way from nodes to a change of them: a menu with the two kinds. It opens the form with these names; it sends nothing. */
import { ChevronDown } from 'lucide-react';
import { text } from '../../shared/i18n/index.js';
import { Button, Icon, Menu, MenuItem } from '../components/index.js';
import { newChange } from '../store/targets.js';
import { useMay } from './acting.js';

export function NewChange(props: { readonly names: readonly string[]; readonly isMain?: boolean }) {
  const may = useMay();
  if (!may.act) return null;
  return (
    <Menu
      align={props.isMain ? 'end' : 'start'}
      trigger={
        <Button>
          {text('node.newChange')}
          <Icon of={ChevronDown} size={14} />
        </Button>
      }
    >
      <MenuItem onSelect={() => newChange('settings', props.names)}>
        {text('node.newChange.settings')}
      </MenuItem>
      <MenuItem onSelect={() => newChange('gem', props.names)}>{text('node.newChange.gem')}</MenuItem>
    </Menu>
  );
}
