import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord } from '../../bus/protocol.js'
import { toAgo, toClockTime, toCount, toDuration, toMilliseconds, toPair, toRate } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { activityTag, activityTagStyles } from './activity-tag.js'
import { panelStyles } from './panel-styles.js'
import { skeletonRows } from './skeleton-rows.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/** Ended calls shown, and most calls in flight shown above them. */
const SHOWN = 20
/** An ended call that took longer is marked. Milliseconds. */
const SLOW_CALL = 8000
const COLUMNS = ['', 'left', '', 'first', '', 'tokens', '']

/**
 * The 20 most recent model calls; those in flight stand on top with their live speed.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart table the table
 * @cssproperty --ops-rows-height height of the panel, default 266px
 */
export class OpsCalls extends StreamElement {
  static override styles = [
    tokens,
    panelStyles,
    activityTagStyles,
    css`
      :host {
        /* Rows come and go; the panels below must not move with them. */
        height: var(--ops-rows-height, 266px);
      }
      .when {
        width: 78px;
      }
      .latency {
        width: 156px;
      }
      .first {
        width: 92px;
      }
      .rate {
        width: 72px;
      }
      .tokens {
        width: 118px;
      }
      .outcome {
        width: 30px;
      }
      @container (max-width: 720px) {
        .first,
        .tokens {
          display: none;
        }
      }
      @container (max-width: 520px) {
        .beside {
          display: none;
        }
        :is(th, td) {
          padding-right: 10px;
        }
        .when {
          width: 74px;
        }
        .latency {
          width: 116px;
        }
        .rate {
          width: 66px;
        }
        .outcome {
          width: 26px;
        }
      }
    `,
  ]

  constructor() {
    super(['calls'], true)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const calls = store?.view.calls
    const recent = calls ? [...calls.recent].sort((a, b) => endOf(b) - endOf(a)).slice(0, SHOWN) : []
    const active = calls ? [...calls.active].sort((a, b) => b.startedAt - a.startedAt) : []
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Recent calls</h2>
        <span class="finding values">${calls ? finding(calls.inFlight, recent.length) : nothing}</span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${calls === undefined}>
          <thead>
            <tr>
              <th scope="col" class="when">When</th>
              <th scope="col" class="left">Provider<span class="beside">, model</span></th>
              <th scope="col" class="latency">Latency</th>
              <th scope="col" class="first">First token</th>
              <th scope="col" class="rate">Tokens/s</th>
              <th scope="col" class="tokens">In / out</th>
              <th scope="col" class="outcome"><span class="visually-hidden">Outcome</span></th>
            </tr>
          </thead>
          <tbody>
            ${
              store === undefined || calls === undefined
                ? skeletonRows(6, COLUMNS)
                : active.length + recent.length === 0
                  ? html`<tr>
                      <td class="blank over">No model calls yet</td>
                    </tr>`
                  : [...active.slice(0, SHOWN), ...recent].map((call) => callRow(call, store))
            }
          </tbody>
        </table>
      </div>
    </section>`
  }
}

const endOf = (call: CallRecord) => call.endedAt ?? call.startedAt + (call.duration ?? 0)

function finding(active: number, recent: number): string {
  const last = recent === 0 ? '' : `last ${recent}`
  return [active > 0 ? `${toCount(active)} in flight` : '', last].filter((part) => part !== '').join(' · ')
}

function callRow(call: CallRecord, store: LiveStore): TemplateResult {
  const isActive = call.state === 'active'
  const when = isActive ? 'now' : toAgo(store.since(endOf(call)))
  return html`<tr>
    <td class="muted" title="started ${toClockTime(call.startedAt)}">${when}</td>
    <td class="left" title="${call.provider} ${call.model}">
      <bdi>${call.provider}</bdi> <bdi class="muted beside">${call.model}</bdi>
    </td>
    <td>${isActive ? progress(call, store) : latency(call)}</td>
    <td class="first">${toMilliseconds(call.timeToFirstToken)}</td>
    <td title=${call.estimated ? 'estimated from the stream' : ''}>${toRate(call.tokensPerSecond)}</td>
    <td class="tokens muted">${toPair(call.inputTokens, call.outputTokens, toCount)}</td>
    <td>${outcome(call)}</td>
  </tr>`
}

function progress(call: CallRecord, store: LiveStore): TemplateResult {
  const duration = toDuration(store.since(call.startedAt))
  if (call.activity !== undefined) return activityTag(call.activity, duration)
  const word = call.firstTokenAt === undefined ? 'waiting' : 'streaming'
  return html`<span class="tag">${word} ${duration}</span>`
}

function latency(call: CallRecord): TemplateResult {
  const took = toMilliseconds(call.duration)
  if (call.state === 'ok')
    return html`<span class=${(call.duration ?? 0) >= SLOW_CALL ? 'warn' : ''}>${took}</span>`
  if (call.state === 'cancelled') return html`<span class="muted" title=${took}>cancelled</span>`
  if (call.state === 'stale') return html`<span class="warn" title=${took}>no end seen</span>`
  const why = failure(call)
  return html`<bdi class="error" title="${why} after ${took}">${why}</bdi>`
}

/** `429 rate limited`; the status is not said twice. */
function failure({ httpStatus, errorType, error }: CallRecord): string {
  const reason = error ?? errorType?.replaceAll('_', ' ') ?? ''
  const status = httpStatus === undefined || reason.includes(String(httpStatus)) ? '' : String(httpStatus)
  return [status, reason].filter((part) => part !== '').join(' ') || 'failed'
}

function outcome({ state }: CallRecord): TemplateResult | typeof nothing {
  if (state === 'active') return nothing
  if (state === 'ok') return html`<span class="ok" role="img" aria-label="ok">✓</span>`
  return html`<span class=${state === 'error' ? 'error' : 'muted'} role="img" aria-label=${state}>✗</span>`
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-calls': OpsCalls
  }
}
