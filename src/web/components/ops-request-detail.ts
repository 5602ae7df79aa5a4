import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { RequestRecord } from '../../bus/protocol.js'
import { LazyPart } from '../lazy-part.js'
import type { LiveStore } from '../live-store.js'
import { curlButton, curlButtonStyles } from './curl-button.js'
import { LazyView } from './lazy-view.js'
import { panelStyles } from './panel-styles.js'
import { requestDetailStyles } from './request-detail-styles.js'
import { ShowLinesEvent } from './show-lines.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

const STORY = new LazyPart(() => import('./request-story.js'))

/**
 * One request from its start to its end: what it did, its model calls with their first tokens, its log lines. Live while
 * it runs. Shows nothing until `request` and `instance` name one.
 *
 * @fires ops-close - The reader wants it closed.
 * @csspart base the panel
 * @csspart heading its heading line
 * @fires ops-show-lines - The reader wants to see its lines in the log of the page.
 * @csspart curl the button that copies a line for a terminal
 * @csspart lines the button that filters the log of the page to its lines
 * @csspart close the button that closes it
 */
export class OpsRequestDetail extends StreamElement {
  static override properties = { ...StreamElement.properties, request: {}, instance: {} }

  static override styles = [tokens, panelStyles, curlButtonStyles, requestDetailStyles]

  /** Id of the request. */
  declare request: string | undefined
  /** The process that the request belongs to. Default: any that has a request with this id. */
  declare instance: string | undefined

  readonly #story = new LazyView(this, STORY)

  constructor() {
    super(['requests', 'calls', 'log'], true)
  }

  override firstUpdated(): void {
    this.#focusClose()
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('request') && changed.get('request') !== undefined) this.#focusClose()
  }

  override render(): TemplateResult | typeof nothing {
    const { store } = this.feed
    if (this.request === undefined) return nothing
    const record = store && this.#find(store)
    return html`<section
      class="panel"
      part="base"
      role="dialog"
      aria-labelledby="title"
      @keydown=${this.#onKey}
    >
      <div class="head" part="heading">
        <h2 id="title">Request</h2>
        <span class="finding"><bdi class="mono">${this.request}</bdi></span>
        <span class="end">
          ${curlButton(this.feed.stream, (lines, feed) => lines.request(feed, this.request!))}
          <button
            type="button"
            part="lines"
            title="Filter the log to this request"
            @click=${() => this.dispatchEvent(new ShowLinesEvent({ request: this.request! }))}
          >
            Show its lines
          </button>
          <button type="button" class="close" part="close" @click=${this.#close}>
            Close<span class="visually-hidden"> request</span>
          </button>
        </span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        ${
          store === undefined || store.view.requests === undefined
            ? html`<p class="note">Loading…</p>`
            : record === undefined
              ? html`<p class="note">
                  This request is not among those that are held: it ended a while ago, or belongs to an
                  earlier run.
                </p>`
              : (this.#story.view?.requestStory(record, store) ?? this.#story.placeholder)
        }
      </div>
    </section>`
  }

  #find({ view }: LiveStore): RequestRecord | undefined {
    const { active = [], recent = [] } = view.requests ?? {}
    return [...active, ...recent].find(
      ({ id, instance }) => id === this.request && (this.instance ?? instance) === instance,
    )
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    this.#close()
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('ops-close', { bubbles: true, composed: true }))
  }

  #focusClose(): void {
    this.renderRoot.querySelector<HTMLElement>('.close')?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-request-detail': OpsRequestDetail
  }
  interface HTMLElementEventMap {
    'ops-close': CustomEvent
  }
}
