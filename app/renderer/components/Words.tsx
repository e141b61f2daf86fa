/** Sentences with links in them, foreign text made visible, and the four states every page has. */
import { Fragment, type ReactNode } from 'react';
import { cutMiddle, errorText, text, visible, type Part } from '../../shared/i18n/index.js';

/** A sentence whose marked stretches become what `link` makes of them. */
export function Sentence(props: {
  readonly parts: readonly Part[];
  readonly link: (tag: string, text: string) => ReactNode;
}) {
  return props.parts.map((part, index) => (
    <Fragment key={index}>{typeof part === 'string' ? part : props.link(part.tag, part.text)}</Fragment>
  ));
}

/** Text of a peer: nothing hidden in it, cut in the middle, whole on hover. */
export function Foreign(props: {
  readonly children: string;
  readonly max?: number;
  readonly className?: string;
}) {
  const seen = visible(props.children);
  const cut = cutMiddle(seen, props.max ?? 48);
  return (
    <bdi className={props.className ?? ''} {...(cut === seen ? {} : { title: seen })}>
      {cut}
    </bdi>
  );
}

export function Empty(props: {
  readonly title: string;
  readonly why?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="empty">
      <strong>{props.title}</strong>
      {props.why}
      {props.children && <div className="row">{props.children}</div>}
    </div>
  );
}

/** A failed request in words: what, what next, the code, and the raw words of whoever refused. */
export function Failure(props: {
  readonly code: string;
  readonly raw?: string | null;
  readonly children?: ReactNode;
}) {
  const { what, next } = errorText(props.code);
  return (
    <div className="empty" role="alert">
      <strong>{what}</strong>
      {next} <span className="t3">{text('shell.code', { code: props.code })}</span>
      {props.raw ? <p className="mono t2 wrap">{visible(props.raw)}</p> : null}
      {props.children && <div className="row">{props.children}</div>}
    </div>
  );
}
