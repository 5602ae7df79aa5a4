import { css, html, nothing, type TemplateResult } from 'lit'
import type { Metrics } from '../../bus/protocol.js'
import { toProcessFigures } from './process-figures.js'

export const processLineStyles = css`
  .process {
    display: flex;
    flex-wrap: wrap;
    align-content: start;
    min-height: 16px;
    /* Nearer to the panels than these are to each other: it is a note, not one of them. */
    margin-top: -4px;
    padding: 0 15px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }
  .process .item {
    white-space: pre;
  }
  .process .item:not(:last-child)::after {
    content: '·';
    padding: 0 8px;
  }
  .process .figure {
    display: inline-block;
    /* Room for the longest, so that the others stand still. */
    min-width: 6.5ch;
  }
  .process .figure:not(.warn) {
    color: var(--_fg);
  }
  @container (max-width: 640px) {
    .process {
      min-height: 32px;
    }
  }
`

/** One quiet line: `CPU 4 % · memory 82 MB · heap 21 MB · loop delay p99 1.2 ms · 3 viewers, 12 kB/s`. */
export function processLine(metrics: Metrics | undefined): TemplateResult {
  return html`<footer class="process values" part="process" aria-label="Process">
    ${toProcessFigures(metrics ?? {}).map(
      ({ label, value, tone }) =>
        html`<span class="item"
          >${label ? html`${label} ` : nothing}<span class="figure ${tone}">${value}</span></span
        >`,
    )}
  </footer>`
}
