import { css, html, nothing, svg, type TemplateResult } from 'lit'
import type { SeriesColumn } from '../../bus/series.js'
import { toLatency } from '../format.js'
import { SERIES_LIMIT, type MetricsView } from '../live-store.js'
import { DIVISIONS, toScaleLabels, toScaleTop } from './chart-scale.js'
import { toLinePath } from './line-path.js'
import { curlButton, curlButtonStyles } from './copy-curl.js'
import { panelStyles } from './panel-styles.js'
import { columnOf, peakOf } from './series-figures.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

const LINES: readonly { name: string; column: SeriesColumn; style: string }[] = [
  { name: 'p95', column: 'callLatencyP95', style: 'p95' },
  { name: 'p50', column: 'callLatencyP50', style: 'p50' },
  { name: 'first token', column: 'callTimeToFirstTokenP50', style: 'first' },
]

/** What the chart shows, of a snapshot. */
const LATENCY = '{time}+(.metrics.calls["1m"]|{latency,timeToFirstToken})'

const WIDTH = 600
const HEIGHT = 160

/**
 * Latency of model calls over the last ten minutes: p50, p95 and time to first token.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart chart the drawing
 * @csspart curl the button that copies a line for a terminal
 */
export class OpsLatencyChart extends StreamElement {
  static override styles = [
    tokens,
    panelStyles,
    curlButtonStyles,
    css`
      .panel {
        min-height: 238px;
      }
      .legend {
        gap: 14px;
      }
      .key {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .key i {
        width: 10px;
        border-top: 2px solid;
      }
      .chart {
        display: grid;
        grid-template-columns: 62px minmax(0, 1fr);
        grid-template-rows: minmax(160px, 1fr) 16px;
        flex: 1;
        padding: 8px 14px 8px 0;
      }
      .axis,
      .times {
        display: flex;
        justify-content: space-between;
        color: var(--_faint);
        font-size: 11px;
        line-height: 12px;
      }
      .axis {
        flex-direction: column;
        /* Labels stand level with their lines. */
        margin: -6px 0;
        padding-left: 14px;
        white-space: nowrap;
      }
      .times {
        grid-column: 2;
        padding-top: 5px;
      }
      .drawing {
        position: relative;
        min-height: 0;
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      path,
      line {
        fill: none;
        stroke-width: 1.5;
        stroke-linejoin: round;
        vector-effect: non-scaling-stroke;
      }
      line {
        stroke: var(--_line);
        stroke-width: 1;
      }
      path.p50 {
        stroke: var(--_accent);
      }
      path.p95 {
        stroke: var(--_warn);
      }
      path.first {
        stroke: var(--_muted);
        stroke-width: 1.2;
        stroke-dasharray: 3 3;
      }
      i.p50 {
        border-color: var(--_accent);
      }
      i.p95 {
        border-color: var(--_warn);
      }
      i.first {
        border-color: var(--_muted);
        border-top-style: dashed;
      }
      @container (max-width: 420px) {
        .key.first {
          display: none;
        }
      }
      .blank {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        margin: 0;
        color: var(--_muted);
        font-size: 12.5px;
      }
    `,
  ]

  constructor() {
    super(['metrics'])
  }

  override render(): TemplateResult {
    const view = this.feed.store?.view.metrics
    const columns = LINES.map((line) => ({ ...line, values: view ? columnOf(view.series, line.column) : [] }))
    const peak = peakOf(columns.flatMap(({ values }) => [...values]))
    const top = toScaleTop(peak ?? 0)
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Latency</h2>
        <span class="finding">model calls, 10 min</span>
        <span class="end legend" aria-hidden="true">
          ${['p50', 'p95', 'first'].map(
            (style) =>
              html`<span class="key ${style}"
                ><i class=${style}></i>${style === 'first' ? 'first token' : style}</span
              >`,
          )}
        </span>
        ${curlButton(this.feed.stream, (lines, feed) => lines.metrics(feed, LATENCY))}
      </div>
      <div class="chart values" role="img" aria-label=${view ? summary(view) : 'Latency, waiting for data'}>
        <div class="axis">
          ${toScaleLabels(top).map((label) => html`<span>${peak === undefined ? '' : label}</span>`)}
        </div>
        <div class="drawing" part="chart">
          <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
            ${Array.from({ length: DIVISIONS + 1 }, (_, index) => {
              const y = (index * HEIGHT) / DIVISIONS
              return svg`<line x1="0" x2=${WIDTH} y1=${y} y2=${y}></line>`
            })}
            ${columns.map(
              ({ style, values }) =>
                svg`<path class=${style} d=${toLinePath(values, { slots: SERIES_LIMIT, width: WIDTH, height: HEIGHT, inset: 0, max: top })}></path>`,
            )}
          </svg>
          ${view && peak === undefined ? html`<p class="blank">No model calls in the last 10 min</p>` : nothing}
        </div>
        <div class="times"><span>10 min ago</span><span>5 min</span><span>now</span></div>
      </div>
    </section>`
  }
}

function summary(view: MetricsView): string {
  const { latency, timeToFirstToken } = view.metrics.calls['1m']
  return (
    `Latency of model calls over 10 minutes. Last minute: p50 ${toLatency(latency.p50)}, ` +
    `p95 ${toLatency(latency.p95)}, first token ${toLatency(timeToFirstToken.p50)}. ` +
    `Highest p95 ${toLatency(peakOf(columnOf(view.series, 'callLatencyP95')))}.`
  )
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-latency-chart': OpsLatencyChart
  }
}
