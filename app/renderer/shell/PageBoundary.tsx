/** A page that fails alone: what happened, a way on; shell and node go on. React asks for a class here. */
import { Component, type ReactNode } from 'react';
import { text } from '../../shared/i18n/index.js';
import { Button, Empty } from '../components/index.js';

type Props = { readonly children: ReactNode };
type State = { readonly error: Error | null };

export class PageBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const details = `${error.message}\n${error.stack ?? ''}`;
    return (
      <div className="page" style={{ padding: '0 24px' }}>
        <Empty title={text('shell.pageError')} why={error.message}>
          <Button onClick={() => this.setState({ error: null })}>{text('shell.reloadPage')}</Button>
          <Button look="quiet" onClick={() => void navigator.clipboard?.writeText(details)}>
            {text('shell.copyDetails')}
          </Button>
        </Empty>
      </div>
    );
  }
}
