import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord, RequestRecord } from '../../bus/protocol.js'
import { toClockTime, toCount, toDuration, toPlural, UNKNOWN } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { activityTag, activityTagStyles } from './activity-tag.js'
import { panelStyles } from './panel-styles.js'
import { rateBar, rateBarStyles } from './rate-bar.js'
import { toDoing } from './request-doing.js'
import { toActivityTone, toHalted } from './request-health.js'
import { skeletonRows } from './skeleton-rows.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/** Rows drawn; the oldest come first, since they are the ones to worry about. */
const SHOWN = 100
const COLUMNS = ['', 'left', 'left doing', '', 'started', '']

/**
 * Requests in flight: for whom, what they are doing, how fast, and for how long.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart table the table
 * @cssproperty --ops-rows-height height of the panel, default 266px
 */
export class OpsRequests extends StreamElement {
  static override styles = [
    tokens,
    panelStyles,
    rateBarStyles,
    activityTagStyles,
    css`
      :host {
        /* Rows come and go; the panels below must not move with them. */
        height: var(--ops-rows-height, 266px);
      }
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
    super(['requests', 'calls'], true)
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
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        <table part="table" aria-busy=${view === undefined}>
          <thead>
            <tr>
              <th scope="col" class="session">Session</th>
              <th scope="col" class="left channel">Channel</th>
              <th scope="col" class="left doing">Doing</th>
              <th scope="col" class="rates">Tokens/s</th>
              <th scope="col" class="started">Started</th>
              <th scope="col" class="for">For</th>
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
    const rows = requests
      .slice(0, SHOWN)
      .map((request) => requestRow(request, calls.get(keyOf(request.instance, request.id)), store))
    if (inFlight > rows.length) {
      rows.push(
        html`<tr>
          <td class="muted over">and ${toCount(inFlight - rows.length)} younger ones</td>
        </tr>`,
      )
    }
    return rows
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
  return html`<tr>
    <td class="mono" title=${request.session ?? `${request.kind} ${request.id}`}>
      <bdi>${request.session ?? UNKNOWN}</bdi>
    </td>
    <td class="left muted channel" title=${request.channel ?? ''}>
      <bdi>${request.channel ?? UNKNOWN}</bdi>
    </td>
    <td class="left doing" title=${words}>${tag ? activityTag(tag) : nothing}<bdi>${words}</bdi></td>
    <td>${rateBar(call?.tokensPerSecond)}</td>
    <td class="started muted">${toClockTime(request.startedAt)}</td>
    <td class=${toActivityTone(request.activity)} title="started ${toClockTime(request.startedAt)}">
      ${toDuration(duration)}
    </td>
  </tr>`
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-requests': OpsRequests
  }
}
