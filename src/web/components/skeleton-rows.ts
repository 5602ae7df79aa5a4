import { html, type TemplateResult } from 'lit'

/** Rows of a table that has no data yet. `columns` are the classes of its cells, so that widths are the final ones. */
export function skeletonRows(count: number, columns: readonly string[]): TemplateResult[] {
  return Array.from(
    { length: count },
    () =>
      html`<tr aria-hidden="true">
        ${columns.map((name) => html`<td class=${name}><i class="bone"></i></td>`)}
      </tr>`,
  )
}
