/** The virtualised list of keys: only the rows in view exist. Keys are those of every table of the console. */
import { useCallback, useEffect, useMemo } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { GridTable, Heading } from '../../parts/grid.js';
import { useGrid } from '../../parts/use-grid.js';
import { setParams, useParam } from '../../route.js';
import { keyAt } from '../../store/keys.js';
import { keyColumns } from './columns.js';
import { KeyRowView } from './KeyRowView.js';
import type { KeySort, Listed, Sort } from './select.js';

type Props = {
  readonly listed: readonly Listed[];
  readonly sort: Sort;
  readonly onSort: (by: KeySort) => void;
  readonly onHover: (isOver: boolean) => void;
};

export function KeyGrid({ listed, sort, onSort, onHover }: Props) {
  const opened = useParam('key');
  const openedAt = listed.findIndex((one) => one.id === opened);
  const open = (index: number, isClosing = false): void => {
    const one = listed[index];
    if (one) setParams({ key: isClosing && opened === one.id ? null : one.id });
  };
  const grid = useGrid({
    count: listed.length,
    first: Math.max(0, openedAt),
    onOpen: (index) => {
      open(index);
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.peek')?.focus());
    },
    onPeek: (index) => open(index, true),
    onMove: (index) => {
      if (opened !== '' && opened !== 'own') open(index);
    },
  });
  const { rows, width, pick } = grid;
  const columns = useMemo(() => keyColumns(width), [width]);
  const template = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);
  useEffect(() => {
    if (openedAt >= 0) rows.scrollToIndex(openedAt, { align: 'auto' });
    // Scrolls there once per address; what moves the list later does not move the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened]);
  const onPick = useCallback(
    (index: number): void => {
      pick(index);
      const one = listed[index];
      if (one) setParams({ key: one.id });
    },
    [listed, pick],
  );
  const openName = keyAt(opened)?.name;
  return (
    <GridTable
      grid={grid}
      kind="keys"
      label={text('keyPage.title')}
      columns={columns.length}
      template={template}
      onHover={onHover}
      head={columns.map(({ id, isNumber, sort: by }) => (
        <Heading
          key={id}
          label={text(`keyPage.col.${id}`)}
          className={isNumber ? 'r' : ''}
          by={by}
          sort={sort}
          onSort={onSort}
        />
      ))}
      row={(place) => {
        const one = listed[place.index];
        if (!one) return null;
        return (
          <KeyRowView
            key={one.id}
            {...place}
            id={one.id}
            isCompanion={one.isCompanion}
            columns={columns}
            isOpen={one.id === opened}
            isBeside={one.isCompanion && openName !== undefined && keyAt(one.id)?.name === openName}
            onPick={onPick}
          />
        );
      }}
    />
  );
}
