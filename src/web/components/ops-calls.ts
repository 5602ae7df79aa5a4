import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord } from '../../bus/protocol.js'
import { toAgo, toClockTime, toCount, toDuration, toMilliseconds, toPair, toRate } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { WorkFilter, type FilterFields } from '../work-filter.js'
import { activityTag, activityTagStyles } from './activity-tag.js'
import { filterField, filterFieldStyles } from './filter-field.js'
import { openRow, openRowStyles } from './open-row.js'
import { panelStyles } from './panel-styles.js'
import { skeletonRows } from './skeleton-rows.js'
import { StreamElement } from './stream-element.js'
import { readSort, sortHeading, sortRows, tableSortStyles, type SortValue } from './table-sort.js'
import { tokens } from './tokens.js'

/** Ended calls shown, and most calls in flight shown above them. */
const SHOWN = 20
/** Calls shown once the reader looks for some. */
const FOUND = 100
/** An ended call that took longer is marked. Milliseconds. */
const SLOW_CALL = 8000
const COLUMNS = ['', 'left', '', 'first', '', 'tokens', '']

const SORTS: Record<string, SortValue<CallRecord>> = {
  when: (call) => endOf(call),
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
 * @csspart filter the field that filters
 * @csspart table the table
 * @cssproperty --ops-rows-height height of the panel, default 266px
 */
export class OpsCalls extends StreamElement {
  static override properties = { ...StreamElement.properties, filter: {}, sort: {} }

  static override styles = [
    tokens,
    panelStyles,
    filterFieldStyles,
    openRowStyles,
    tableSortStyles,
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

  /** Words that a row must have: `error`, `provider:openai`, `-model:mini`. Default: all rows. */
  declare filter: string | undefined
  /** Column to sort by, `-` before it for downwards: `-latency`. Default: in flight, then the newest first. */
  declare sort: string | undefined

  constructor() {
    super(['calls'], true)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const calls = store?.view.calls
    const filter = new WorkFilter(this.filter ?? '', FIELDS)
    const sort = readSort(this.sort, Object.keys(SORTS))
    const isWhole = filter.isEmpty && sort === undefined
    const accepts = (call: CallRecord): boolean => filter.isEmpty || filter.accepts(toFields(call))
    const recent = calls ? calls.recent.filter(accepts).sort((a, b) => endOf(b) - endOf(a)) : []
    const active = calls ? calls.active.filter(accepts).sort((a, b) => b.startedAt - a.startedAt) : []
    const found = [
      ...active.slice(0, isWhole ? SHOWN : FOUND),
      ...(isWhole ? recent.slice(0, SHOWN) : recent),
    ]
    const shown = sort === undefined ? found : sortRows(found, SORTS[sort.column]!, sort.descending)
    const heading = (
      column: string,
      label: string | TemplateResult,
      className: string,
      isName = false,
    ): TemplateResult => sortHeading({ column, label, className, isName }, sort, this.#setSort)
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Recent calls</h2>
        <span class="finding values"
          >${calls ? finding(calls.inFlight, isWhole ? Math.min(SHOWN, recent.length) : recent.length) : nothing}</span
        >
        <span class="end">
          ${filterField({
            value: this.filter ?? '',
            label: 'Filter calls',
            hint: HINT,
            change: this.#setFilter,
          })}
        </span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${calls === undefined}>
          <thead>
            <tr>
              ${heading('when', 'When', 'when')}
              ${heading('model', html`Provider<span class="beside">, model</span>`, 'left', true)}
              ${heading('latency', 'Latency', 'latency')} ${heading('first', 'First token', 'first')}
              ${heading('rate', 'Tokens/s', 'rate')} ${heading('tokens', 'In / out', 'tokens')}
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
                  : shown.slice(0, isWhole ? shown.length : FOUND).map((call) => callRow(call, store))
            }
          </tbody>
        </table>
      </div>
    </section>`
  }

  readonly #setFilter = (filter: string): void => {
    this.filter = filter === '' ? undefined : filter
    this.#tell()
  }

  readonly #setSort = (sort: string | undefined): void => {
    this.sort = sort
    this.#tell()
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent('ops-view-change', { bubbles: true, composed: true }))
  }
}

function toFields(call: CallRecord): FilterFields {
  const { provider, model, requestedModel, session, source, requestId, id } = call
  return {
    provider: [provider],
    model: [model, requestedModel],
    session: [session],
    state: [call.activity ?? (call.state === 'active' ? 'active' : call.state)],
    error: [call.error, call.errorType, call.httpStatus === undefined ? undefined : String(call.httpStatus)],
    source: [source],
    id: [id, requestId],
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
      <td>${isActive ? progress(call, store) : latency(call)}</td>
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
