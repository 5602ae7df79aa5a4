import { css, type TemplateResult } from 'lit'
import type { Slice } from '../live-view.js'
import { activityTagStyles } from './activity-tag.js'
import { curlButtonStyles } from './curl-button.js'
import { filterField, filterFieldStyles } from './filter-field.js'
import { openRowStyles } from './open-row.js'
import { panelStyles } from './panel-styles.js'
import { StreamElement } from './stream-element.js'
import {
  readSort,
  sortHeading,
  sortRows,
  tableSortStyles,
  type Sort,
  type SortHeading,
  type SortValue,
} from './table-sort.js'
import { tokens } from './tokens.js'

declare global {
  interface HTMLElementEventMap {
    'ops-view-change': CustomEvent
  }
}

/** What the tables of work have in common: rows that are filtered, sorted and opened. */
export abstract class TableElement<Row> extends StreamElement {
  static override properties = { ...StreamElement.properties, filter: {}, sort: {} }

  static override styles = [
    tokens,
    panelStyles,
    filterFieldStyles,
    openRowStyles,
    tableSortStyles,
    activityTagStyles,
    curlButtonStyles,
    css`
      :host {
        /* Rows come and go; the panels below must not move with them. */
        height: var(--ops-rows-height, 266px);
      }
    `,
  ]

  /** Words that a row must have: `stalled`, `provider:openai`, `-channel:web`. Default: all rows. */
  declare filter: string | undefined
  /** Column to sort by, `-` before it for downwards: `-rate`. Default: the table's own order. */
  declare sort: string | undefined

  readonly #sorts: Readonly<Record<string, SortValue<Row>>>

  /**
   * @param slices slices of the store whose changes make the element render
   * @param sorts what each column sorts by
   */
  constructor(slices: readonly Slice[], sorts: Readonly<Record<string, SortValue<Row>>>) {
    super(slices, true)
    this.#sorts = sorts
  }

  protected get sorting(): Sort | undefined {
    return readSort(this.sort, Object.keys(this.#sorts))
  }

  /** The rows in the order that the reader wants. */
  protected sorted(rows: readonly Row[]): readonly Row[] {
    const sort = this.sorting
    return sort === undefined ? rows : sortRows(rows, this.#sorts[sort.column]!, sort.descending)
  }

  protected heading(heading: SortHeading): TemplateResult {
    return sortHeading(heading, this.sorting, (sort) => this.#change({ sort }))
  }

  /** @param label what is filtered, for those who do not see it */
  protected filterField(label: string, hint: string): TemplateResult {
    const change = (filter: string): void => this.#change({ filter: filter === '' ? undefined : filter })
    return filterField({ value: this.filter ?? '', label, hint, change })
  }

  #change(view: { filter: string | undefined } | { sort: string | undefined }): void {
    Object.assign(this, view)
    this.dispatchEvent(new CustomEvent('ops-view-change', { bubbles: true, composed: true }))
  }
}
