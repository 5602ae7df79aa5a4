import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord } from '../../bus/protocol.js'
import { toAgo, toClockTime, toCount, toDuration, toMilliseconds, toPair, toRate } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { endOf } from '../request-timeline.js'
import { WorkFilter, type FilterFields } from '../work-filter.js'
import { activityTag } from './activity-tag.js'
import { curlButton } from './curl-button.js'
import { openRow } from './open-row.js'
import { skeletonRows } from './skeleton-rows.js'
import { TableElement } from './table-element.js'
import type { SortValue } from './table-sort.js'

/** Ended calls shown, and most calls in flight shown above them. */
const SHOWN = 20
/** Calls shown once the reader looks for some. */
const FOUND = 100
const COLUMNS = ['', 'left', '', 'first', '', 'tokens', '']

const SORTS: Record<string, SortValue<CallRecord>> = {
  when: (call) => seenAt(call),
  model: ({ provider, model }) => `${provider} ${model}`,
  latency: ({ duration }) => duration,
  first: ({ timeToFirstToken }) => timeToFirstToken,
  rate: ({ tokensPerSecond }) => tokensPerSecond,
  tokens: ({ inputTokens = 0, outputTokens = 0 }) => inputTokens + outputTokens || undefined,
}
const FIELDS = ['provider', 'model', 'session', 'state', 'error', 'source', 'id']
const HINT = `Words that occur in a row, such as: error, provider:openai, -model:mini. Fields: ${FIELDS.join(', ')}`

/**
 * The 20 most recent model calls; those in flight stand on top with their live speed. Sorted or filtered, up to 100 of
 * those that are held.
 *
 * @fires ops-open-request - A row was chosen; `detail` has its request's id and instance.
 * @fires ops-view-change - The reader has filtered or sorted.
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart curl the button that copies a line for a terminal
 * @csspart filter the field that filters
 * @csspart table the table
 * @cssproperty --ops-rows-height height of the panel, default 266px
 */
export class OpsCalls extends TableElement<CallRecord> {
  static override properties = {
    ...TableElement.properties,
    slowAfter: { type: Number, attribute: 'slow-after' },
  }

  static override styles = [
    ...TableElement.styles,
    css`
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

  /** An ended call that took this long or longer is marked. Milliseconds, default 8000. */
  declare slowAfter: number

  constructor() {
    super(['calls'], SORTS)
    this.slowAfter = 8000
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const calls = store?.view.calls
    const filter = new WorkFilter(this.filter ?? '', FIELDS)
    const isWhole = filter.isEmpty && this.sorting === undefined
    const accepts = (call: CallRecord): boolean => filter.isEmpty || filter.accepts(toFields(call))
    const newest = calls ? calls.recent.filter(accepts).sort((a, b) => seenAt(b) - seenAt(a)) : []
    const recent = isWhole ? newest.slice(0, SHOWN) : newest
    const active = calls ? calls.active.filter(accepts).sort((a, b) => b.startedAt - a.startedAt) : []
    const shown = this.sorted([...active.slice(0, isWhole ? SHOWN : FOUND), ...recent]).slice(0, FOUND)
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Recent calls</h2>
        <span class="finding values">${calls ? finding(calls.inFlight, recent.length) : nothing}</span>
        <span class="end">
          ${curlButton(this.feed.stream, (lines, feed) => lines.calls(feed, this.filter ?? '', shown.map(sessionOf)))}
          ${this.filterField('Filter calls', HINT)}
        </span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${calls === undefined}>
          <thead>
            <tr>
              ${this.heading({ column: 'when', label: 'When', className: 'when' })}
              ${this.heading({
                column: 'model',
                label: html`Provider<span class="beside">, model</span>`,
                className: 'left',
                isName: true,
              })}
              ${this.heading({ column: 'latency', label: 'Latency', className: 'latency' })}
              ${this.heading({ column: 'first', label: 'First token', className: 'first' })}
              ${this.heading({ column: 'rate', label: 'Tokens/s', className: 'rate' })}
              ${this.heading({ column: 'tokens', label: 'In / out', className: 'tokens' })}
              <th scope="col" class="outcome"><span class="visually-hidden">Outcome</span></th>
            </tr>
          </thead>
          <tbody>
            ${
              store === undefined || calls === undefined
                ? skeletonRows(6, COLUMNS)
                : shown.length === 0
                  ? html`<tr>
                      <td class="blank over">
                        ${filter.isEmpty ? 'No model calls yet' : 'No call of those held matches the filter'}
                      </td>
                    </tr>`
                  : shown.map((call) => callRow(call, store, this.slowAfter))
            }
          </tbody>
        </table>
      </div>
    </section>`
  }
}

function toFields(call: CallRecord): FilterFields {
  const { provider, model, requestedModel, session, source, requestId, id } = call
  return {
    provider: [provider],
    model: [model, requestedModel],
    session: [session],
    state: [call.activity ?? call.state],
    error: [call.error, call.errorType, call.httpStatus === undefined ? undefined : String(call.httpStatus)],
    source: [source],
    id: [id, requestId],
  }
}

const sessionOf = ({ session }: CallRecord) => session

/** When there was last something to see of it. */
const seenAt = (call: CallRecord) => endOf(call) ?? call.startedAt

function finding(active: number, recent: number): string {
  const last = recent === 0 ? '' : `last ${recent}`
  return [active > 0 ? `${toCount(active)} in flight` : '', last].filter((part) => part !== '').join(' · ')
}

function callRow(call: CallRecord, store: LiveStore, slowAfter: number): TemplateResult {
  const isActive = call.state === 'active'
  const when = isActive ? 'now' : toAgo(store.since(seenAt(call)))
  const { requestId, instance } = call
  const names = html`<bdi>${call.provider}</bdi> <bdi class="muted beside">${call.model}</bdi>`
  return openRow(
    requestId === undefined ? undefined : { id: requestId, instance },
    html`<td class="muted" title="started ${toClockTime(call.startedAt)}">${when}</td>
      <td class="left" title="${call.provider} ${call.model}">
        ${
          requestId === undefined
            ? names
            : html`<button
                type="button"
                class="open"
                aria-label="Open the request of ${call.provider} ${call.model}"
              >
                ${names}
              </button>`
        }
      </td>
      <td>${isActive ? progress(call, store) : latency(call, slowAfter)}</td>
      <td class="first">${toMilliseconds(call.timeToFirstToken)}</td>
      <td title=${call.estimated ? 'estimated from the stream' : ''}>${toRate(call.tokensPerSecond)}</td>
      <td class="tokens muted">${toPair(call.inputTokens, call.outputTokens, toCount)}</td>
      <td>${outcome(call)}</td>`,
  )
}

function progress(call: CallRecord, store: LiveStore): TemplateResult {
  const duration = toDuration(store.since(call.startedAt))
  if (call.activity !== undefined) return activityTag(call.activity, duration)
  const word = call.firstTokenAt === undefined ? 'waiting' : 'streaming'
  return html`<span class="tag">${word} ${duration}</span>`
}

function latency(call: CallRecord, slowAfter: number): TemplateResult {
  const took = toMilliseconds(call.duration)
  if (call.state === 'ok')
    return html`<span class=${(call.duration ?? 0) >= slowAfter ? 'warn' : ''}>${took}</span>`
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
