import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { toLatency } from '../format.js'
import { LazyPart } from '../lazy-part.js'
import type { MetricsView } from '../live-view.js'
import { curlButton, curlButtonStyles } from './curl-button.js'
import { latencyChartStyles } from './latency-chart-styles.js'
import { LATENCY_LINES } from './latency-lines.js'
import type { LatencyPlot } from './latency-plot.js'
import { LazyView } from './lazy-view.js'
import { panelStyles } from './panel-styles.js'
import { columnOf, peakOf } from './series-figures.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

const PLOT = new LazyPart(() => import('./latency-plot.js'))

/** What the chart shows, of a snapshot. */
const SHOWN = '{time}+(.metrics.calls["1m"]|{latency,timeToFirstToken})'

/**
 * Latency of model calls over the last ten minutes: p50, p95, p99 and the time to the first token. What draws it is
 * loaded when it comes into sight; out of sight nothing is drawn.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart key an entry of the legend, which shows and hides its line
 * @csspart curl the button that copies a line for a terminal
 * @csspart chart the drawing
 * @csspart tip the figures at the cursor
 * @csspart empty what is said when there is nothing to draw
 */
export class OpsLatencyChart extends StreamElement {
  static override properties = { ...StreamElement.properties, left: { state: true } }

  static override styles = [tokens, panelStyles, curlButtonStyles, latencyChartStyles]

  /** Lines that the reader has left out. */
  declare private left: ReadonlySet<string>

  readonly #view = new LazyView(this, PLOT)
  #plot: LatencyPlot | undefined

  constructor() {
    super(['metrics'])
    this.left = new Set()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  override render(): TemplateResult {
    const view = this.feed.store?.view.metrics
    return html`<section class="panel" part="base" aria-labelledby="title" @transitionend=${this.#recolor}>
      <div class="head" part="heading">
        <h2 id="title">Latency</h2>
        <span class="finding">model calls, 10 min</span>
        ${curlButton(this.feed.stream, (lines, feed) => lines.metrics(feed, SHOWN))}
        <span class="end legend values" role="group" aria-label="Lines">
          ${LATENCY_LINES.map(
            ({ name, style }) =>
              html`<button
                type="button"
                class="key"
                part="key"
                aria-pressed=${String(!this.left.has(name))}
                @click=${() => this.#toggle(name)}
              >
                <i class=${style}></i>${name}
              </button>`,
          )}
        </span>
      </div>
      <div class="chart values" role="group" aria-label=${view ? summary(view) : 'Latency, waiting for data'}>
        <div class="plot" part="chart"></div>
        ${this.#view.placeholder}
        ${view && isEmpty(view) ? html`<p class="blank" part="empty">${toBlank(view)}</p>` : nothing}
      </div>
    </section>`
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const { view, isInSight } = this.#view
    const series = this.feed.store?.view.metrics?.series
    if (view === undefined || !isInSight) return
    if (series === undefined) {
      this.#plot?.destroy()
      this.#plot = undefined
      return
    }
    this.#plot ??= new view.LatencyPlot(this.renderRoot.querySelector('.plot')!, LATENCY_LINES, () => [
      ...this.renderRoot.querySelectorAll('.key i'),
    ])
    this.#plot.show(
      series,
      LATENCY_LINES.map(({ name }) => !this.left.has(name)),
    )
  }

  #toggle(name: string): void {
    const left = new Set(this.left)
    if (!left.delete(name)) left.add(name)
    this.left = left
  }

  /** The canvas can't follow the theme by itself. Its swatches do, and tell when they have. */
  readonly #recolor = (): void => {
    if (this.#view.isInSight) this.#plot?.recolor()
  }
}

const isEmpty = ({ series }: MetricsView): boolean =>
  LATENCY_LINES.every(({ column }) => peakOf(columnOf(series, column)) === undefined)

const toBlank = ({ metrics }: MetricsView): string =>
  metrics.counters['calls'] ? 'No calls in the last 10 min' : 'No calls yet'

function summary({ metrics, series }: MetricsView): string {
  const { latency, timeToFirstToken } = metrics.calls['1m']
  return (
    `Latency of model calls over 10 minutes. Last minute: p50 ${toLatency(latency.p50)}, ` +
    `p95 ${toLatency(latency.p95)}, p99 ${toLatency(latency.p99)}, first token ${toLatency(timeToFirstToken.p50)}. ` +
    `Highest p95 ${toLatency(peakOf(columnOf(series, 'callLatencyP95')))}.`
  )
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-latency-chart': OpsLatencyChart
  }
}
