import { css, html, nothing, type TemplateResult } from 'lit'
import type { CallRecord, RequestRecord } from '../../bus/protocol.js'
import { toClockTime, toCount, toDuration, toPlural, UNKNOWN } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { activityTag, activityTagStyles } from './activity-tag.js'
import { panelStyles } from './panel-styles.js'
import { rateBar, rateBarStyles } from './rate-bar.js'
import { toDoing } from './request-doing.js'
import { toActivityTone, toHalted } from './request-health.js'
import { OPEN_REQUEST, SHOW_LINES, type RequestEventDetail } from './request-events.js'
import { skeletonRows } from './skeleton-rows.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/** Rows drawn; the oldest come first, since they are the ones to worry about. */
const SHOWN = 100
const COLUMNS = ['', 'left', 'left doing', '', 'started', '']

/**
 * Requests in flight: for whom, what they are doing, how fast, and for how long.
 *
 * @fires ops-show-lines - a reader wants to see a request's log lines. Cancelled by the log that shows them
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
      tr[aria-current] td {
        background: var(--_accent-dim);
      }
      .lines {
        max-width: 100%;
        padding: 0;
        border: 0;
        background: none;
        overflow: hidden;
        text-overflow: ellipsis;
        vertical-align: middle;
      }
      .lines:hover:not(:disabled) {
        color: var(--_accent);
        background: none;
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

  static override properties = { ...StreamElement.properties, revealed: { state: true } }

  /** Key of the request that was asked for last. */
  declare private revealed: string | undefined

  constructor() {
    super(['requests', 'calls'], true)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener(OPEN_REQUEST, this.#onOpen)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener(OPEN_REQUEST, this.#onOpen)
  }

  /** Marks the row of the request that is asked for, and scrolls to it. Of one that is not shown it knows nothing. */
  readonly #onOpen = (event: Event): void => {
    const { src, instance, requestId } = (event as CustomEvent<RequestEventDetail>).detail
    if (src !== this.feed.stream?.src || event.defaultPrevented) return
    const key = keyOf(instance, requestId)
    const row = [...this.renderRoot.querySelectorAll('tr')].find((each) => each.dataset['key'] === key)
    if (row === undefined) return
    event.preventDefault()
    this.revealed = key
    row.scrollIntoView({ block: 'nearest' })
    row.querySelector('button')?.focus({ preventScroll: true })
  }

  #showLines({ id, instance }: RequestRecord): void {
    const src = this.feed.stream?.src
    if (src === undefined) return
    const detail: RequestEventDetail = { src, requestId: id, instance }
    this.dispatchEvent(
      new CustomEvent(SHOW_LINES, { bubbles: true, composed: true, cancelable: true, detail }),
    )
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
      .map((request) => this.#row(request, calls.get(keyOf(request.instance, request.id)), store))
    if (inFlight > rows.length) {
      rows.push(
        html`<tr>
          <td class="muted over">and ${toCount(inFlight - rows.length)} younger ones</td>
        </tr>`,
      )
    }
    return rows
  }

  #row(request: RequestRecord, call: CallRecord | undefined, store: LiveStore): TemplateResult {
    const duration = store.since(request.startedAt)
    const { tag, words } = toDoing(request, call)
    const key = keyOf(request.instance, request.id)
    return html`<tr data-key=${key} aria-current=${key === this.revealed ? 'true' : nothing}>
      <td class="mono">
        <button
          class="lines"
          type="button"
          title="${request.session ?? `${request.kind} ${request.id}`}: show its log lines"
          @click=${() => this.#showLines(request)}
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
      </td>
    </tr>`
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

declare global {
  interface HTMLElementTagNameMap {
    'ops-requests': OpsRequests
  }
}
