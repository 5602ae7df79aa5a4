import { html, nothing, type TemplateResult } from 'lit'
import { CALL_WINDOWS, type CallWindowName } from '../../bus/protocol.js'
import { toCount } from '../format.js'
import { LazyPart } from '../lazy-part.js'
import type { LiveStore } from '../live-store.js'
import type { SharedStream } from '../stream-registry.js'
import { UrlState } from '../url-state.js'
import { adoptStyles } from './adopt-styles.js'
import { DashboardKeys } from './dashboard-keys.js'
import { dashboardStyles } from './dashboard-styles.js'
import type { OpenRequestDetail, OpenRequestEvent } from './open-request.js'
import type { OpsEvents } from './ops-events.js'
import { processLine, processLineStyles } from './process-line.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'
import { choiceStyles, windowButtons } from './window-choice.js'

/** Only new servers have nothing to show. */
const GUIDE = new LazyPart(() => import('./connect-guide.js'))

/** What of each panel stands in the address, as `log.filter`. */
const LINKED: Readonly<Record<string, { panel: string; names: readonly string[] }>> = {
  requests: { panel: 'ops-requests', names: ['filter', 'sort'] },
  calls: { panel: 'ops-calls', names: ['filter', 'sort'] },
  log: { panel: 'ops-events', names: ['level', 'source', 'filter', 'request'] },
}

/**
 * The whole dashboard: a header with the connection's state, and all panels on one stream.
 *
 * @csspart header the header
 * @csspart panels the grid of panels
 * @csspart pause the pause button
 * @csspart drawer the request shown in detail
 * @csspart keys the button that lists the keys
 * @csspart key-list the dialog with the list
 * @csspart guide how to connect an app, while nothing has happened
 * @csspart process the line about the process and the feed
 */
export class OpsDashboard extends StreamElement {
  static override properties = {
    ...StreamElement.properties,
    window: {},
    linked: { type: Boolean },
    open: { attribute: false },
    shortcuts: {},
  }

  static override styles = [tokens, choiceStyles, dashboardStyles, processLineStyles]

  /** Window of time of the model figures: `1m`, `5m` or `15m`. Default `5m`. */
  declare window: CallWindowName
  /** Keeps what the reader sees in the page's address: for pages whose only view it is. Default false. */
  declare linked: boolean
  /** The request shown in detail. */
  declare open: OpenRequestDetail | undefined
  /** `off`: single keys do nothing until the reader turns them on in the list of keys. Default on. */
  declare shortcuts: string | null | undefined

  readonly #url = new UrlState(() => this.#readUrl())
  readonly #keys = new DashboardKeys(this, {
    p: () => this.#togglePause(),
    w: () => this.#setWindow(CALL_WINDOWS[(CALL_WINDOWS.indexOf(this.window) + 1) % CALL_WINDOWS.length]!),
    f: () => this.renderRoot.querySelector<OpsEvents>('ops-events')!.scrollToEnd(),
  })
  #opener: HTMLElement | undefined

  constructor() {
    super(['hello', 'pause', 'metrics', 'requests', 'calls'])
    this.window = '5m'
    this.linked = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.linked) this.#url.connect()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#url.disconnect()
  }

  override firstUpdated(): void {
    if (this.linked) this.#readUrl()
  }

  override render(): TemplateResult {
    const { store, stream } = this.feed
    // Absolute, or absent: one that is no address is reported by this element alone.
    const src = stream?.src
    const getToken = stream?.getToken ?? this.getToken
    const isEmpty = store !== undefined && hasSeenNothing(store)
    const isCrowded = store !== undefined && (store.paused || store.connection.status !== 'live')
    return html`<header part="header" class=${isCrowded ? 'crowded' : ''}>
        ${this.#identity(store)}
        <span class="grow"></span>
        ${
          store?.paused
            ? html`<span class="paused" role="status">Paused · ${toCount(store.newWhilePaused)} new</span>`
            : nothing
        }
        <ops-connection .src=${src} .getToken=${getToken}></ops-connection>
        <span class="windows choice" role="group" aria-label="Window of the model figures">
          ${windowButtons(this.window, (name) => this.#setWindow(name))}
        </span>
        <button class="pause" part="pause" type="button" ?disabled=${!store} @click=${this.#togglePause}>
          ${store?.paused ? 'Resume' : 'Pause'}
        </button>
        <button
          class="keys"
          part="keys"
          type="button"
          aria-label="Keys"
          aria-haspopup="dialog"
          title="Keys"
          @click=${() => this.#keys.openList()}
        >
          ?
        </button>
      </header>
      <main
        part="panels"
        @ops-open-request=${this.#openRequest}
        @ops-view-change=${this.#writeUrl}
        @ops-filter-change=${this.#writeUrl}
      >
        <ops-counters .src=${src} .getToken=${getToken}></ops-counters>
        ${isEmpty && stream ? this.#guide(stream) : nothing}
        <ops-latency-chart .src=${src} .getToken=${getToken} ?hidden=${isEmpty}></ops-latency-chart>
        <ops-models
          .src=${src}
          .getToken=${getToken}
          .window=${this.window}
          ?hidden=${isEmpty}
          @ops-window-change=${(event: CustomEvent<CallWindowName>) => this.#setWindow(event.detail)}
        ></ops-models>
        <ops-requests .src=${src} .getToken=${getToken}></ops-requests>
        <ops-calls .src=${src} .getToken=${getToken}></ops-calls>
        <ops-events .src=${src} .getToken=${getToken} ?shortcuts=${this.#keys.enabled}></ops-events>
        <ops-channels .src=${src} .getToken=${getToken}></ops-channels>
        ${processLine(store?.view.metrics?.metrics)}
      </main>
      ${
        this.open === undefined
          ? nothing
          : html`<ops-request-detail
              class="drawer"
              part="drawer"
              .src=${src}
              .getToken=${getToken}
              .request=${this.open.id}
              .instance=${this.open.instance}
              @ops-close=${this.#closeRequest}
            ></ops-request-detail>`
      }`
  }

  /** Its place is kept free while it loads. */
  #guide(stream: SharedStream): TemplateResult {
    const { part } = GUIDE
    if (part === undefined) {
      const tell = (): void => this.requestUpdate()
      // Without it the empty panels say enough.
      GUIDE.load().then(tell, () => undefined)
    } else adoptStyles(this.shadowRoot!, part.styles)
    return html`<section class="guide" part="guide" aria-labelledby=${part ? 'guide' : nothing}>
      ${part?.connectGuide(stream)}
    </section>`
  }

  readonly #openRequest = (event: OpenRequestEvent): void => {
    // Where the focus was in a panel it goes back to when the drawer closes.
    const [origin] = event.composedPath()
    this.#opener = (origin as Element).querySelector<HTMLElement>('button.open') ?? undefined
    this.open = event.detail
    event.preventDefault()
    this.#writeUrl()
  }

  readonly #closeRequest = (): void => {
    this.open = undefined
    this.#writeUrl()
    if (this.#opener?.isConnected) this.#opener.focus()
  }

  #setWindow(name: CallWindowName): void {
    this.window = name
    this.#writeUrl()
  }

  /** Calls back for each value of a panel that stands in the address, by its key there. */
  #eachLinked(
    callback: (key: string, panel: Record<string, string | undefined>, name: string) => void,
  ): void {
    for (const [prefix, { panel, names }] of Object.entries(LINKED)) {
      const element = this.renderRoot.querySelector(panel) as unknown as Record<string, string | undefined>
      for (const name of names) callback(`${prefix}.${name}`, element, name)
    }
  }

  readonly #writeUrl = (): void => {
    if (!this.linked) return
    const values: Record<string, string | undefined> = {
      window: this.window === '5m' ? undefined : this.window,
      request: this.open?.id,
      instance: this.open?.instance,
    }
    this.#eachLinked((key, panel, name) => (values[key] = panel[name] ?? undefined))
    this.#url.set(values)
  }

  #readUrl(): void {
    const window = this.#url.get('window')
    this.window = CALL_WINDOWS.find((name) => name === window) ?? '5m'
    const id = this.#url.get('request')
    this.open = id === undefined ? undefined : { id, instance: this.#url.get('instance') }
    this.#eachLinked((key, panel, name) => (panel[name] = this.#url.get(key)))
  }

  #identity(store: LiveStore | undefined): TemplateResult {
    const hello = store?.view.hello
    return html`<h1 class="mark" aria-label="opswire">
        <svg viewBox="0 0 18 18" aria-hidden="true">
          <path d="M1 9h3.2l2-5.6 3.6 11.2 2.4-7.4 1.2 1.8H17"></path>
        </svg>
        <span class="name">opswire</span>
      </h1>
      <span class="service" title=${hello ? `${hello.service} · ${hello.instance}` : ''}
        ><bdi class="title">${hello?.service ?? ''}</bdi>
        <span class="instance">${hello ? html`· <bdi>${hello.instance}</bdi>` : nothing}</span></span
      >
      ${
        hello?.environment
          ? html`<bdi class="badge" title=${hello.environment}>${hello.environment}</bdi>`
          : nothing
      }`
  }

  readonly #togglePause = (): void => {
    const { store } = this.feed
    if (store?.paused) store.resume()
    else store?.pause()
  }
}

/** Whether the server has never seen a request or a call. Unknown until the first full snapshot. */
function hasSeenNothing({ view }: LiveStore): boolean {
  if (!view.metrics || !view.requests || !view.calls) return false
  const { counters } = view.metrics.metrics
  return [
    counters['requests'],
    counters['calls'],
    counters['messagesProcessed'],
    view.requests.active.length + view.requests.recent.length,
    view.calls.active.length + view.calls.recent.length,
  ].every((count) => count === undefined || count === 0)
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-dashboard': OpsDashboard
  }
}
