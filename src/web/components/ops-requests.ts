import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord, RequestRecord } from '../../bus/protocol.js'
import { toClockTime, toCount, toDuration, toPlural, UNKNOWN } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { WorkFilter, type FilterFields } from '../work-filter.js'
import { activityTag } from './activity-tag.js'
import { curlButton } from './curl-button.js'
import { openRow } from './open-row.js'
import { rateBar, rateBarStyles } from './rate-bar.js'
import { toDoing } from './request-doing.js'
import { toActivityTone, toHalted } from './request-health.js'
import { skeletonRows } from './skeleton-rows.js'
import { TableElement } from './table-element.js'
import type { SortValue } from './table-sort.js'

/** Rows drawn; the oldest come first, since they are the ones to worry about. */
const SHOWN = 100
const COLUMNS = ['', 'left', 'left doing', '', 'started', '']

interface Row {
  request: RequestRecord
  /** Its newest call in flight. */
  call: CallRecord | undefined
}

const SORTS: Record<string, SortValue<Row>> = {
  session: ({ request }) => request.session,
  channel: ({ request }) => request.channel,
  doing: ({ request, call }) => toDoing(request, call).words,
  rate: ({ call }) => call?.tokensPerSecond,
  started: ({ request }) => request.startedAt,
  duration: ({ request }) => -request.startedAt,
}
const FIELDS = ['session', 'channel', 'kind', 'name', 'state', 'provider', 'model', 'id']
const HINT = `Words that occur in a row, such as: stalled, provider:openai, -channel:web. Fields: ${FIELDS.join(', ')}`

/**
 * Requests in flight: for whom, what they are doing, how fast, and for how long.
 *
 * @fires ops-open-request - A row was chosen; `detail` has the request's id and instance.
 * @fires ops-view-change - The reader has filtered or sorted.
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart curl the button that copies a line for a terminal
 * @csspart filter the field that filters
 * @csspart table the table
 * @cssproperty --ops-rows-height height of the panel, default 266px
 */
export class OpsRequests extends TableElement<Row> {
  static override styles = [
    ...TableElement.styles,
    rateBarStyles,
    css`
      .session {
        width: 106px;
      }
      .channel {
        width: 74px;
      }
      .rates {
        width: 76px;
      }
      .started {
        width: 76px;
      }
      .for {
        width: 78px;
      }
      .tag {
        margin-right: 6px;
      }
      @container (max-width: 520px) {
        :is(th, td) {
          padding-right: 10px;
        }
        .channel,
        .started {
          display: none;
        }
        .session {
          width: 100px;
        }
        .rates {
          width: 66px;
        }
        .for {
          width: 72px;
        }
      }
    `,
  ]

  constructor() {
    super(['requests', 'calls'], SORTS)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const view = store?.view.requests
    const requests = view ? [...view.active].sort((a, b) => a.startedAt - b.startedAt) : []
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">In flight</h2>
        <span class="finding values"
          >${store && view ? finding(requests, view.inFlight, store) : nothing}</span
        >
        <span class="end">
          ${curlButton(this.feed.stream, (lines, feed) =>
            lines.requests(
              feed,
              this.filter ?? '',
              requests.map(({ session }) => session),
            ),
          )}
          ${this.filterField('Filter requests in flight', HINT)}
        </span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${view === undefined}>
          <thead>
            <tr>
              ${this.heading({ column: 'session', label: 'Session', className: 'session', isName: true })}
              ${this.heading({ column: 'channel', label: 'Channel', className: 'left channel', isName: true })}
              ${this.heading({ column: 'doing', label: 'Doing', className: 'left doing', isName: true })}
              ${this.heading({ column: 'rate', label: 'Tokens/s', className: 'rates' })}
              ${this.heading({ column: 'started', label: 'Started', className: 'started' })}
              ${this.heading({ column: 'duration', label: 'For', className: 'for' })}
            </tr>
          </thead>
          <tbody>
            ${
              store === undefined || view === undefined
                ? skeletonRows(3, COLUMNS)
                : view.inFlight === 0
                  ? html`<tr>
                      <td class="blank over">No active requests</td>
                    </tr>`
                  : this.#rows(requests, view.inFlight, store)
            }
          </tbody>
        </table>
      </div>
    </section>`
  }

  #rows(requests: readonly RequestRecord[], inFlight: number, store: LiveStore): TemplateResult[] {
    const calls = newestCalls(store.view.calls?.active ?? [])
    const all = requests.map((request) => ({ request, call: calls.get(keyOf(request.instance, request.id)) }))
    const filter = new WorkFilter(this.filter ?? '', FIELDS)
    const kept = filter.isEmpty ? all : all.filter((row) => filter.accepts(toFields(row)))
    const rows = this.sorted(kept)
      .slice(0, SHOWN)
      .map(({ request, call }) => requestRow(request, call, store))
    const left = filter.isEmpty ? inFlight - rows.length : kept.length - rows.length
    const note = (words: string): void => {
      rows.push(
        html`<tr>
          <td class="muted over">${words}</td>
        </tr>`,
      )
    }
    if (!filter.isEmpty && kept.length === 0)
      note(`None of ${toPlural(inFlight, 'request')} matches the filter`)
    else if (left > 0) note(`and ${toCount(left)} ${this.sorting === undefined ? 'younger ones' : 'more'}`)
    return rows
  }
}

function toFields({ request, call }: Row): FilterFields {
  const { session, channel, kind, name, id, activity, step } = request
  return {
    session: [session],
    channel: [channel],
    kind: [kind],
    name: [name, step?.name],
    state: [activity ?? 'working'],
    provider: [call?.provider],
    model: [call?.model],
    id: [id],
  }
}

/** Of more than fit into one snapshot the page holds the oldest. */
function finding(requests: readonly RequestRecord[], inFlight: number, store: LiveStore): string {
  const oldest = requests[0]
  if (inFlight === 0) return ''
  const age = oldest && `oldest ${toDuration(store.since(oldest.startedAt))}`
  return [toPlural(inFlight, 'request'), toHalted(requests).words, age].filter(Boolean).join(' · ')
}

const keyOf = (instance: string, id: string) => `${instance} ${id}`

/** The newest call in flight of each request. */
function newestCalls(active: readonly CallRecord[]): Map<string, CallRecord> {
  const calls = new Map<string, CallRecord>()
  for (const call of active) {
    if (call.requestId === undefined) continue
    const key = keyOf(call.instance, call.requestId)
    if ((calls.get(key)?.startedAt ?? -Infinity) <= call.startedAt) calls.set(key, call)
  }
  return calls
}

function requestRow(request: RequestRecord, call: CallRecord | undefined, store: LiveStore): TemplateResult {
  const duration = store.since(request.startedAt)
  const { tag, words } = toDoing(request, call)
  return openRow(
    request,
    html`<td class="mono" title=${request.session ?? `${request.kind} ${request.id}`}>
        <button
          type="button"
          class="open"
          aria-label="${request.session ?? UNKNOWN}, open request ${request.id}"
        >
          <bdi>${request.session ?? UNKNOWN}</bdi>
        </button>
      </td>
      <td class="left muted channel" title=${request.channel ?? ''}>
        <bdi>${request.channel ?? UNKNOWN}</bdi>
      </td>
      <td class="left doing" title=${words}>${tag ? activityTag(tag) : nothing}<bdi>${words}</bdi></td>
      <td>${rateBar(call?.tokensPerSecond)}</td>
      <td class="started muted">${toClockTime(request.startedAt)}</td>
      <td class=${toActivityTone(request.activity)} title="started ${toClockTime(request.startedAt)}">
        ${toDuration(duration)}
      </td>`,
  )
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-requests': OpsRequests
  }
}
