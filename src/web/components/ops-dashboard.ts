import { html, nothing, type TemplateResult } from 'lit'
import { CALL_WINDOWS, type CallWindowName } from '../../bus/protocol.js'
import { toCount } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { connectGuide, connectGuideStyles } from './connect-guide.js'
import { dashboardStyles } from './dashboard-styles.js'
import { toWindowWords } from './ops-models.js'
import { processLine, processLineStyles } from './process-line.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/**
 * The whole dashboard: a header with the connection's state, and all panels on one stream.
 *
 * @csspart header the header
 * @csspart panels the grid of panels
 * @csspart pause the pause button
 * @csspart process the line about the process and the feed
 */
export class OpsDashboard extends StreamElement {
  static override properties = { ...StreamElement.properties, window: {} }

  static override styles = [tokens, dashboardStyles, connectGuideStyles, processLineStyles]

  /** Window of time of the model figures: `1m`, `5m` or `15m`. Default `5m`. */
  declare window: CallWindowName

  constructor() {
    super(['hello', 'pause', 'metrics', 'requests', 'calls'])
    this.window = '5m'
  }

  override render(): TemplateResult {
    const { store, stream } = this.feed
    // Absolute, or absent: one that is no address is reported by this element alone.
    const src = stream?.src
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
        <ops-connection .src=${src}></ops-connection>
        <span class="windows" role="group" aria-label="Window of the model figures">
          ${CALL_WINDOWS.map(
            (name) =>
              html`<button
                type="button"
                aria-pressed=${String(this.window === name)}
                @click=${() => (this.window = name)}
              >
                ${toWindowWords(name)}
              </button>`,
          )}
        </span>
        <button class="pause" part="pause" type="button" ?disabled=${!store} @click=${this.#togglePause}>
          ${store?.paused ? 'Resume' : 'Pause'}
        </button>
      </header>
      <main part="panels">
        <ops-counters .src=${src}></ops-counters>
        ${isEmpty && stream ? connectGuide(stream.src) : nothing}
        <ops-latency-chart .src=${src} ?hidden=${isEmpty}></ops-latency-chart>
        <ops-models .src=${src} .window=${this.window} ?hidden=${isEmpty}></ops-models>
        <ops-requests .src=${src}></ops-requests>
        <ops-calls .src=${src}></ops-calls>
        <ops-events .src=${src} shortcuts></ops-events>
        <ops-channels .src=${src}></ops-channels>
        ${processLine(store?.view.metrics?.metrics)}
      </main>`
  }

  #identity(store: LiveStore | undefined): TemplateResult {
    const hello = store?.view.hello
    return html`<h1 class="mark">
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
