import type { ApiObject, Kind } from '../../sim/api/kinds.ts';
import type { Column } from './column.ts';
import { columnsOfKind } from './columns-of-kind.ts';
import { labelsText } from './selector-cells.ts';

export interface TableOptions {
  /** Microseconds: what ages are counted to. */
  readonly now: number;
  readonly wide: boolean;
  readonly showLabels: boolean;
  readonly headers: boolean;
  /** Objects of all namespaces are shown. */
  readonly namespaces: boolean;
  /** Several kinds are shown: names say which. */
  readonly kindPrefix: string;
}

const BETWEEN = '   ';
/** No column is narrower, without what stands between. */
const NARROWEST = 3;

/** Objects of one kind as `kubectl get` prints them, each line with its end. */
export function renderTable(kind: Kind, objects: readonly ApiObject[], options: TableOptions): string {
  const columns = shownColumns(kind, options);
  const rows = objects.map((object) => columns.map(({ cell }) => cell(object, options.now)));
  const lines = options.headers ? [columns.map(({ name }) => name), ...rows] : rows;
  const widths = columns.map((_, index) => Math.max(NARROWEST, ...lines.map((line) => line[index]!.length)));
  const last = columns.length - 1;
  return lines
    .map(
      (line) => line.map((text, index) => (index === last ? text : text.padEnd(widths[index]!))).join(BETWEEN) + '\n',
    )
    .join('');
}

function shownColumns(kind: Kind, options: TableOptions): Column<ApiObject>[] {
  const columns: Column<ApiObject>[] = columnsOfKind(kind)
    .filter(({ wide = false }) => options.wide || !wide)
    .map((column) =>
      column.name === 'NAME' && options.kindPrefix !== ''
        ? { ...column, cell: ({ metadata }) => `${options.kindPrefix}/${metadata.name}` }
        : column,
    );
  if (options.namespaces) columns.unshift({ name: 'NAMESPACE', cell: ({ metadata }) => metadata.namespace });
  if (options.showLabels) columns.push({ name: 'LABELS', cell: ({ metadata }) => labelsText(metadata.labels) });
  return columns;
}
