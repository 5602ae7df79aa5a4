import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import {
  CALL_WINDOWS,
  type CallStatistics,
  type CallWindow,
  type CallWindowName,
  type ModelStatistics,
} from '../../bus/protocol.js'
import { toCompact, toCount, toLatency, toPair, toPercent, UNKNOWN } from '../format.js'
import { SERIES_LIMIT } from '../live-view.js'
import { curlButton, curlButtonStyles } from './curl-button.js'
import { ModelTrends } from './model-trends.js'
import { panelStyles } from './panel-styles.js'
import { rateBar, rateBarStyles } from './rate-bar.js'
import type { Tone } from './request-health.js'
import { skeletonRows } from './skeleton-rows.js'
import { sparkline, sparklineStyles } from './sparkline.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'
import { choiceStyles, toWindowWords, windowButtons } from './window-choice.js'

const COLUMNS = ['', '', '', 'p50', '', 'trend', 'first', '', 'tokens']

/** Points: a minute. */
const SHORTEST_TREND = 20

/** From where on a figure is marked. */
interface Thresholds {
  slowAfter: number
  slowFirstToken: number
  errorsWarn: number
  errorsFail: number
}

/**
 * Model-call performance per provider and model over a window of time.
 *
 * @fires ops-window-change - The reader has chosen another window; `detail` is its name.
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart windows the choice of the window
 * @csspart curl the button that copies a line for a terminal
 * @csspart table the table
 * @csspart sparkline the line of a model's p95
 */
export class OpsModels extends StreamElement {
  static override properties = {
    ...StreamElement.properties,
    window: {},
    slowAfter: { type: Number, attribute: 'slow-after' },
    slowFirstToken: { type: Number, attribute: 'slow-first-token' },
    errorsWarn: { type: Number, attribute: 'errors-warn' },
    errorsFail: { type: Number, attribute: 'errors-fail' },
  }

  static override styles = [
    tokens,
    panelStyles,
    rateBarStyles,
    sparklineStyles,
    curlButtonStyles,
    choiceStyles,
    css`
      .panel {
        min-height: 238px;
      }
      .scroll {
        max-height: 400px;
      }
      .choice button {
        padding: 1px 7px;
        font-size: 12px;
      }
      .dot {
        margin-right: 8px;
      }
      th.model {
        padding-left: 29px;
        color: var(--_muted);
      }
      .narrow {
        width: 52px;
      }
      .figure {
        width: 64px;
      }
      .wide {
        width: 82px;
      }
      .bar {
        width: 98px;
      }
      th.trend {
        width: 66px;
      }
      .spark {
        height: 16px;
      }
      @container (max-width: 720px) {
        .p50,
        .trend,
        .tokens {
          display: none;
        }
      }
      @container (max-width: 520px) {
        .first {
          display: none;
        }
        .beside {
          display: none;
        }
        :is(th, td) {
          padding-right: 10px;
        }
        .narrow {
          width: 52px;
        }
        .figure {
          width: 64px;
        }
        .bar {
          width: 68px;
        }
      }
    `,
  ]

  /** `1m`, `5m` or `15m`. Default `5m`; anything else is taken as that. */
  declare window: CallWindowName
  /** A p95 latency from here on is marked. Milliseconds, default 8000. */
  declare slowAfter: number
  /** A median time to the first token from here on is marked. Milliseconds, default 1000. */
  declare slowFirstToken: number
  /** A share of failed calls from here on is a warning. 0 to 1, default 0.05. */
  declare errorsWarn: number
  /** A share of failed calls from here on is an error. 0 to 1, default 0.1. */
  declare errorsFail: number

  readonly #trends = new ModelTrends()

  constructor() {
    super(['metrics'])
    this.window = '5m'
    this.slowAfter = 8000
    this.slowFirstToken = 1000
    this.errorsWarn = 0.05
    this.errorsFail = 0.1
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const metrics = this.feed.store?.view.metrics
    if (metrics) this.#trends.add(metrics)
    if (changed.has('window') && !CALL_WINDOWS.includes(this.window)) this.window = '5m'
  }

  override render(): TemplateResult {
    const calls = this.feed.store?.view.metrics?.metrics.calls[this.window]
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Models</h2>
        <span class="finding values">${calls ? this.#finding(calls) : nothing}</span>
        <span class="end">
          <span class="choice" part="windows" role="group" aria-label="Window of the figures">
            ${windowButtons(this.window, (name) => this.#choose(name))}
          </span>
          ${curlButton(this.feed.stream, (lines, feed) => lines.metrics(feed, `.metrics.calls["${this.window}"].models[]`))}
        </span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${calls === undefined}>
          <thead>
            <tr>
              <th scope="col">Provider<span class="beside">, model</span></th>
              <th scope="col" class="narrow">Calls</th>
              <th scope="col" class="figure">Errors</th>
              <th scope="col" class="figure p50">p50</th>
              <th scope="col" class="figure">p95</th>
              <th scope="col" class="trend" title="p95 since this page was opened, at most 10 minutes">
                Trend
              </th>
              <th scope="col" class="wide first">First token</th>
              <th scope="col" class="bar">Tokens/s</th>
              <th scope="col" class="wide tokens">In / out</th>
            </tr>
          </thead>
          <tbody>
            ${calls ? this.#rows(calls) : skeletonRows(3, COLUMNS)}
          </tbody>
        </table>
      </div>
    </section>`
  }

  #choose(name: CallWindowName): void {
    this.window = name
    this.dispatchEvent(
      new CustomEvent<CallWindowName>('ops-window-change', { bubbles: true, composed: true, detail: name }),
    )
  }

  #finding(calls: CallWindow): string {
    const span = toWindowWords(this.window)
    if (calls.total === 0) return `${span} · no calls`
    const rate = toPercent(calls.errorRate)
    return `${span} · ${toCount(calls.total)} ${calls.total === 1 ? 'call' : 'calls'} · avg ${toLatency(calls.latency.mean)} · ${rate} errors`
  }

  /** By name, so that no row moves when figures change. */
  #rows(calls: CallWindow): TemplateResult | TemplateResult[] {
    if (calls.providers.length === 0) {
      return html`<tr>
        <td class="blank over">No model call in the last ${toWindowWords(this.window)}</td>
      </tr>`
    }
    const providers = [...calls.providers].sort((a, b) => a.provider.localeCompare(b.provider))
    return providers.flatMap((provider) => {
      const models = calls.models
        .filter((model) => model.provider === provider.provider)
        .sort((a, b) => a.model.localeCompare(b.model))
      const only = models.length === 1 ? models[0] : undefined
      return [
        statisticsRow(
          provider,
          providerName(provider.provider, only),
          false,
          this,
          this.#trends.of(provider),
        ),
        ...(only
          ? []
          : models.map((model) =>
              statisticsRow(model, html`<bdi>${model.model}</bdi>`, true, this, this.#trends.of(model)),
            )),
      ]
    })
  }
}

function providerName(provider: string, only: ModelStatistics | undefined): TemplateResult {
  return html`<bdi>${provider}</bdi>${only ? html` <bdi class="muted beside">${only.model}</bdi>` : nothing}`
}

function statisticsRow(
  statistics: CallStatistics,
  name: TemplateResult,
  isModel: boolean,
  thresholds: Thresholds,
  trend: readonly (number | null)[],
): TemplateResult {
  const { total, errorRate, latency, timeToFirstToken, tokensPerSecond, inputTokens, outputTokens } =
    statistics
  const errors: Tone =
    errorRate === undefined || (errorRate < thresholds.errorsWarn && errorRate < thresholds.errorsFail)
      ? ''
      : errorRate < thresholds.errorsFail
        ? 'warn'
        : 'error'
  const slow = (latency.p95 ?? 0) >= thresholds.slowAfter ? 'warn' : ''
  const first: Tone = (timeToFirstToken.p50 ?? 0) >= thresholds.slowFirstToken ? 'warn' : ''
  const state = total === 0 ? 'idle' : errors === 'error' ? 'error' : errors || slow || first ? 'warn' : ''
  return html`<tr>
    <th scope="row" class=${isModel ? 'model' : ''}>
      ${
        isModel
          ? nothing
          : html`<i
              class="dot ${state}"
              role="img"
              aria-label=${STATE_WORDS[state]}
              title=${STATE_WORDS[state]}
            ></i>`
      }${name}
    </th>
    <td class=${isModel ? 'muted' : ''}>${toCount(total)}</td>
    <td class=${errors}>${toPercent(errorRate)}</td>
    <td class="p50 ${isModel ? 'muted' : ''}">${toLatency(latency.p50)}</td>
    <td class=${slow || (isModel ? 'muted' : '')}>${toLatency(latency.p95)}</td>
    <td class="trend">
      ${
        trend.every((value) => value === null)
          ? nothing
          : sparkline({
              values: trend,
              // A line that has just begun takes a fair part of its place.
              slots: Math.min(Math.max(trend.length, SHORTEST_TREND), SERIES_LIMIT),
              tone: slow === '' ? 'accent' : slow,
              label: 'p95 since this page was opened, at most 10 minutes',
            })
      }
    </td>
    <td class="first ${first || (isModel ? 'muted' : '')}">${toLatency(timeToFirstToken.p50)}</td>
    <td>${rateBar(tokensPerSecond.p50)}</td>
    <td class="tokens muted">${total === 0 ? UNKNOWN : toPair(inputTokens, outputTokens, toCompact)}</td>
  </tr>`
}

const STATE_WORDS = { '': 'healthy', idle: 'no calls', warn: 'slow or failing at times', error: 'failing' }

declare global {
  interface HTMLElementTagNameMap {
    'ops-models': OpsModels
  }
  interface HTMLElementEventMap {
    'ops-window-change': CustomEvent<CallWindowName>
  }
}
