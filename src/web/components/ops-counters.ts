import { css, html, nothing, type TemplateResult } from 'lit'
import type { RequestRecord } from '../../bus/protocol.js'
import type { SeriesColumn } from '../../bus/series.js'
import { toCount, toDuration, toPercent, toPlural, toRate, toUptime } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { SERIES_LIMIT, type MetricsView } from '../live-view.js'
import { curlButton, curlButtonStyles } from './curl-button.js'
import { toLeadingCount, toLeadingGauge } from './leading-figures.js'
import { columnOf, peakOf, sumOfLast, toChanges, toMeans } from './series-figures.js'
import { toHalted, type Tone } from './request-health.js'
import { sparkline, sparklineStyles } from './sparkline.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

interface Counter {
  label: string
  value: string
  sub: string
  tone?: Tone
  subTone?: Tone
  line?: { column: SeriesColumn; isCumulative?: boolean; isSmoothed?: boolean }
}

/** What the counters show, of a snapshot. */
const COUNTED = '{time}+(.metrics|{uptime,counters,gauges})'

/** Whole messages per 3 s make a saw, not a line. */
const SMOOTHED_STEPS = 5

const COUNTERS = [
  'Messages processed',
  'Active sessions',
  'Queue depth',
  'Active requests',
  'Errors',
  'Uptime',
]

/**
 * The six counters, each with its last ten minutes.
 *
 * @csspart base the frame
 * @csspart counter one counter
 * @csspart value its figure
 * @csspart sparkline its line
 * @csspart curl the button that copies a line for a terminal
 */
export class OpsCounters extends StreamElement {
  static override styles = [
    tokens,
    curlButtonStyles,
    sparklineStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .frame {
        display: grid;
        grid-template-columns: repeat(6, minmax(0, 1fr));
        /* The grid's lines are the background showing through. */
        gap: 1px;
        background: var(--_line);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        overflow: hidden;
      }
      .counter {
        position: relative;
        min-width: 0;
        height: 126px;
        padding: 12px 16px 10px;
        background: var(--_surface);
        white-space: nowrap;
      }
      .label,
      .sub {
        min-height: 20px;
        overflow: hidden;
        text-overflow: ellipsis;
        color: var(--_muted);
        font-size: 12px;
      }
      .sub.warn {
        color: var(--_warn);
      }
      .value {
        overflow: hidden;
        text-overflow: ellipsis;
        font-size: 26px;
        line-height: 34px;
        font-weight: 550;
        letter-spacing: -0.02em;
      }
      .value.long {
        font-size: 20px;
      }
      .value .bone {
        height: 18px;
        max-width: 96px;
      }
      .spark {
        margin-top: 4px;
      }
      .counter .curl {
        position: absolute;
        top: 14px;
        right: 12px;
      }
      @container (max-width: 1100px) {
        .frame {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
      }
      @container (max-width: 560px) {
        .frame {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .counter {
          padding-inline: 16px 14px;
        }
        .value {
          font-size: 22px;
        }
        .value.long {
          font-size: 17px;
          letter-spacing: -0.03em;
        }
      }
    `,
  ]

  #lines: { of?: MetricsView; drawn: Map<string, TemplateResult> } = { drawn: new Map() }

  constructor() {
    super(['metrics', 'requests', 'log', 'hello'], true)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const view = store?.view.metrics
    const counters = store && view ? this.#counters(store, view) : undefined
    return html`<div class="frame values" part="base" aria-busy=${counters === undefined}>
      ${COUNTERS.map((label, index) => this.#counter(label, counters?.[index], view))}
    </div>`
  }

  #counter(label: string, counter: Counter | undefined, view: MetricsView | undefined): TemplateResult {
    return html`<div class="counter" part="counter">
      <div class="label">${label}</div>
      <div
        class="value ${counter?.tone ?? ''} ${(counter?.value.length ?? 0) > 9 ? 'long' : ''}"
        part="value"
      >
        ${counter?.value ?? html`<i class="bone"></i>`}
      </div>
      <div class="sub ${counter?.subTone ?? ''}" title=${counter?.sub ?? ''}>${counter?.sub}</div>
      ${counter?.line && view ? this.#line(counter, view) : nothing}
      ${label === 'Uptime' ? curlButton(this.feed.stream, (lines, feed) => lines.metrics(feed, COUNTED)) : nothing}
    </div>`
  }

  /** Drawn once per snapshot, though the counters render every second. */
  #line({ label, line }: Counter, view: MetricsView): TemplateResult {
    if (this.#lines.of !== view) this.#lines = { of: view, drawn: new Map() }
    let drawn = this.#lines.drawn.get(label)
    if (drawn === undefined) {
      const column = columnOf(view.series, line!.column)
      const values = line!.isCumulative ? toChanges(column) : column
      drawn = sparkline({
        values: line!.isSmoothed ? toMeans(values, SMOOTHED_STEPS) : values,
        slots: line!.isCumulative ? SERIES_LIMIT - 1 : SERIES_LIMIT,
        tone: line!.column === 'errors' ? 'error' : 'accent',
        label: `${label}, last 10 minutes${line!.isCumulative ? ', change per step' : ''}`,
      })
      this.#lines.drawn.set(label, drawn)
    }
    return drawn
  }

  #counters(store: LiveStore, view: MetricsView): Counter[] {
    const { metrics, series } = view
    const { counters, gauges } = metrics
    const { tally = view.tally } = store.view
    const active = store.view.requests?.active ?? []
    const inFlight = store.view.requests?.inFlight ?? view.activeRequests
    const queued = active.filter(({ activity }) => activity === 'queued')
    const perMinute = sumOfLast(toChanges(columnOf(series, 'messagesProcessed')), 60_000, series.step)
    const recentErrors = sumOfLast(toChanges(columnOf(series, 'errors')), 300_000, series.step)
    const halted = toHalted(active)
    const errorRate = metrics.requests.errorRate
    const version = store.view.hello?.version
    const errors = toLeadingCount(counters['errors'], tally.errors - view.tally.errors)
    return [
      {
        label: 'Messages processed',
        value: toCount(toLeadingCount(counters['messagesProcessed'], tally.messages - view.tally.messages)),
        sub: toMessageWords(counters, perMinute),
        line: { column: 'messagesProcessed', isCumulative: true, isSmoothed: true },
      },
      {
        label: 'Active sessions',
        value: toCount(gauges['activeSessions']),
        sub:
          gauges['activeSessions'] === undefined
            ? 'no work names its session'
            : toPeak(peakOf(columnOf(series, 'activeSessions'))),
        line: { column: 'activeSessions' },
      },
      {
        label: 'Queue depth',
        value: toCount(gauges['queueDepth']),
        sub:
          gauges['queueDepth'] === undefined
            ? 'no work tells of a queue'
            : ((gauges['queueDepth'] > 0 ? oldestOf(queued, store) : undefined) ??
              toPeak(peakOf(columnOf(series, 'queueDepth')))),
        line: { column: 'queueDepth' },
      },
      {
        label: 'Active requests',
        value: toCount(toLeadingGauge(gauges['activeRequests'], view.activeRequests, inFlight)),
        sub: halted.words === '' ? 'none stalled' : halted.words,
        subTone: halted.tone,
        line: { column: 'activeRequests' },
      },
      {
        label: 'Errors',
        value: toCount(errors),
        tone: errors !== undefined && errors > 0 ? 'error' : '',
        sub: [
          recentErrors === undefined ? '' : `${toCount(recentErrors)} in 5 min`,
          errorRate === undefined ? '' : toPercent(errorRate),
        ]
          .filter((part) => part !== '')
          .join(' · '),
        line: { column: 'errors', isCumulative: true },
      },
      {
        label: 'Uptime',
        value: toUptime(metrics.uptime + store.since(view.time)),
        sub: [version === undefined ? '' : `v${version.replace(/^v/, '')}`, metrics.instance]
          .filter((part) => part !== '')
          .join(' · '),
      },
    ]
  }
}

/** Where requests of other kinds come in, 0 messages need a word. */
function toMessageWords(counters: Record<string, number>, perMinute: number | undefined): string {
  const { messagesProcessed: messages, requests } = counters
  if (messages === 0 && requests !== undefined && requests > 0)
    return `${toPlural(requests, 'request')}, none a message`
  return perMinute === undefined ? '' : `+${toRate(perMinute)} / min`
}

const toPeak = (peak: number | undefined) => (peak === undefined ? '' : `peak ${toCount(peak)} in 10 min`)

function oldestOf(requests: readonly RequestRecord[], store: LiveStore): string | undefined {
  if (requests.length === 0) return undefined
  return `oldest ${toDuration(store.since(Math.min(...requests.map(({ startedAt }) => startedAt))))}`
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-counters': OpsCounters
  }
}
