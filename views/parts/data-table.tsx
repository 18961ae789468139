import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

export type Column<Row> = {
  key: string
  label: string
  cell: (row: Row) => ComponentChildren
  /** Names the row: its cell is the row's header, and the title of its card on a phone. One column at most. */
  isHeading?: boolean
  /** Ids, dates: never broken over two lines. */
  isUnbroken?: boolean
  /** Figures: to the right, in digits of one width. */
  isNumeric?: boolean
  /** Where the column's header leads to sort by it, and how it is sorted now. */
  sort?: { href: string; direction?: 'ascending' | 'descending' }
}

export type DataTableProps<Row> = {
  /** What the table holds; read out, shown only with `isCaptionShown`. */
  caption: string
  isCaptionShown?: boolean
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  /** Stands in for the table when there are no rows. */
  empty?: ComponentChildren
}

/** A table that becomes a list of cards on a phone, each value beside its column's name. */
export function DataTable<Row>({ caption, isCaptionShown, columns, rows, rowKey, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty) return <>{empty}</>
  return (
    <table class="data-table">
      <caption class={isCaptionShown ? 'data-table-caption' : 'sr-only'}>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <Header key={column.key} column={column} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) =>
              column.isHeading ? (
                <th key={column.key} scope="row" class="data-table-heading">
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.key} data-label={column.label} class={cellClass(column)}>
                  <span class="data-table-value">{column.cell(row)}</span>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const cellClass = <Row,>({ isNumeric, isUnbroken }: Column<Row>) =>
  isNumeric ? 'numeric' : isUnbroken ? 'unbroken' : undefined

function Header<Row>({ column }: { column: Column<Row> }) {
  const direction = column.sort?.direction
  return (
    <th scope="col" class={column.isNumeric ? 'numeric' : undefined} aria-sort={direction}>
      {column.sort ? (
        <a class="sort-link" href={column.sort.href}>
          {column.label}
          {direction && <Icon name="arrowDown" class={direction === 'ascending' ? 'icon icon-up' : 'icon'} />}
        </a>
      ) : (
        column.label
      )}
    </th>
  )
}
