import { css, html, type TemplateResult } from 'lit'

/** What a column sorts by; undefined stands last, whichever the direction. */
export type SortValue<Row> = (row: Row) => number | string | undefined

/** Which column a table is sorted by; undefined for the table's own order. */
export interface Sort {
  column: string
  descending: boolean
}

/** `-latency`, `latency`, or nothing; as it stands in attributes and addresses. */
export function readSort(text: string | null | undefined, columns: readonly string[]): Sort | undefined {
  const descending = text?.startsWith('-') ?? false
  const column = descending ? text!.slice(1) : (text ?? '')
  return columns.includes(column) ? { column, descending } : undefined
}

export function sortRows<Row>(rows: readonly Row[], value: SortValue<Row>, descending: boolean): Row[] {
  const sign = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    if (typeof x === 'string' || typeof y === 'string') return sign * String(x).localeCompare(String(y))
    return sign * (x - y)
  })
}

/** A heading that sorts: figures first downwards, names first upwards, then the other way, then as before. */
export function sortHeading(
  { column, label, className = '', isName = false }: SortHeading,
  sort: Sort | undefined,
  change: (sort: string | undefined) => void,
): TemplateResult {
  const current = sort?.column === column ? sort : undefined
  const next = current === undefined ? (isName ? column : `-${column}`) : toNext(current, isName)
  const direction = current === undefined ? 'none' : current.descending ? 'descending' : 'ascending'
  return html`<th scope="col" class=${className} aria-sort=${direction}>
    <button type="button" class="sort" @click=${() => change(next)}>
      ${label}<span class="arrow" aria-hidden="true">${current && (current.descending ? '↓' : '↑')}</span>
    </button>
  </th>`
}

export interface SortHeading {
  column: string
  label: string | TemplateResult
  className?: string
  /** Sorts by name rather than by size. */
  isName?: boolean
}

function toNext({ column, descending }: Sort, isName: boolean): string | undefined {
  if (descending === isName) return undefined
  return isName ? `-${column}` : column
}

export const tableSortStyles = css`
  button.sort {
    position: relative;
    max-width: 100%;
    padding: 4px 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  button.sort:hover:not(:disabled) {
    background: none;
    color: var(--_fg);
  }
  button.sort:focus-visible {
    outline-offset: -2px;
  }
  th[aria-sort='ascending'] .sort,
  th[aria-sort='descending'] .sort {
    color: var(--_fg);
  }
  .arrow:not(:empty) {
    margin-left: 3px;
    color: var(--_accent);
  }
`
