import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { LogLine } from '../../bus/protocol.js'
import { toCount, toPlural } from '../format.js'
import { LazyPart } from '../lazy-part.js'
import type { LevelGroup, LogView } from '../log-book.js'
import { toLevels, toLevelWords } from '../log-levels.js'
import { copyLine } from './copy-line.js'
import { COPIED_TIME, copyText } from './copy-text.js'
import { isTyping } from './is-typing.js'
import { iconButtonStyles } from './icon-button-styles.js'
import { LazyView } from './lazy-view.js'
import type { LogBody } from './log-body.js'
import { logStyles } from './log-styles.js'
import { logToolbar } from './log-toolbar.js'
import { logToolbarStyles } from './log-toolbar-styles.js'
import { OpenRequestEvent } from './open-request.js'
import { panelStyles } from './panel-styles.js'
import type { ShowLinesEvent } from './show-lines.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/** The log's filter, as attributes hold it. Absent is unfiltered. */
export interface LogFilterDetail {
  level?: string
  source?: string
  filter?: string
  request?: string
}

const CRITERIA = ['level', 'source', 'filter', 'request'] as const

const BODY = new LazyPart(() => import('./log-body.js'))
/** What downloads, which few readers do. */
const EXPORT = new LazyPart(() => import('./log-export.js'))

/**
 * The event log. Follows the tail until the reader scrolls up, selects text or focuses a line; then nothing moves, and
 * a pill says what has come.
 *
 * @fires ops-open-request - a reader wants to see a line's request. Cancelled by whoever shows it; else the log shows the request's lines
 * @fires ops-filter-change - a reader has changed the filter
 * @fires ops-follow-change - the log has left its tail or come back to it
 * @csspart base the panel
 * @csspart heading its heading line, with filters and tools
 * @csspart filter the field for text
 * @csspart log the scroller
 * @csspart row a line
 * @csspart tool a button of its tools
 * @csspart fault what is wrong with the filter
 * @csspart evicted what is said of lines no longer held
 * @csspart skipped what is said of lines not drawn
 * @csspart gap a place where lines are missing
 * @csspart pill the way back to the tail
 * @csspart empty what is said when no line is shown
 * @cssproperty --ops-log-height height of the scroller, default 255px: 13 rows and the space below them
 */
export class OpsEvents extends StreamElement {
  static override properties = {
    ...StreamElement.properties,
    level: {},
    source: {},
    filter: {},
    request: {},
    wrap: { type: Boolean, reflect: true },
    paused: { type: Boolean, reflect: true },
    shortcuts: { type: Boolean },
    copied: { state: true },
  }

  static override styles = [tokens, panelStyles, logStyles, iconButtonStyles, logToolbarStyles]

  /** The least level shown, or a list of exactly those shown. */
  declare level: string | null | undefined
  /** Only lines of this source. */
  declare source: string | null | undefined
  /** Only lines with this text, or that match this `/expression/`. */
  declare filter: string | null | undefined
  /** Only lines of the request with this id. */
  declare request: string | null | undefined
  /** Whether long lines are wrapped. */
  declare wrap: boolean
  /** Whether the log stands still. What comes meanwhile is counted and kept. */
  declare paused: boolean
  /** Whether `/` anywhere on the page goes to the filter. */
  declare shortcuts: boolean
  declare private copied: boolean

  readonly #view = new LazyView(this, BODY)
  #body: LogBody | undefined

  constructor() {
    super(['log', 'pause'])
    this.wrap = false
    this.paused = false
    this.shortcuts = false
    this.copied = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('keydown', this.#onShortcut)
    window.addEventListener('ops-show-lines', this.#onShowLines)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#body?.destroy()
    this.#body = undefined
    window.removeEventListener('keydown', this.#onShortcut)
    window.removeEventListener('ops-show-lines', this.#onShowLines)
  }

  /** Goes to the tail and follows it. */
  scrollToEnd(): void {
    this.paused = false
    this.#body?.follow()
    this.requestUpdate()
  }

  get #scroller(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.log')!
  }

  get #frame(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.frame')!
  }

  protected override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || this.#body?.canWait() !== true
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src')) this.#body?.restart()
    if (CRITERIA.some((name) => changed.has(name))) this.#body?.setFilter(this)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const log = store?.view.log
    return html`<section class="panel" part="base" aria-labelledby="title">
      ${logToolbar(
        {
          log,
          levels: toLevels(this.level),
          source: orNone(this.source),
          requestId: orNone(this.request),
          text: this.filter ?? '',
          fault: this.#body?.fault,
          finding: this.#finding(log),
          status: this.paused || store?.paused ? 'Paused' : this.#isFollowing ? 'Following' : 'Scrolled',
          paused: this.paused,
          wrap: this.wrap,
          copied: this.copied,
          shortcuts: this.shortcuts,
        },
        this.#actions,
      )}
      <div class="frame">
        <div
          class="log values ${this.wrap ? 'wrap' : ''}"
          part="log"
          role="log"
          aria-live="off"
          aria-labelledby="title"
          aria-describedby="keys"
          tabindex="0"
        >
          <div class="note gap skipped" part="skipped" hidden></div>
          <div class="note gap head-note" part="evicted" hidden></div>
          <div class="body"></div>
        </div>
        <span id="keys" class="visually-hidden"
          >Arrow keys move between lines, Enter opens a line's request, Space shows all of a line, End
          follows.</span
        >
        ${this.#body && log ? this.#blank(log, this.#body) : bones} ${this.#view.placeholder}
        ${this.#isFollowing ? nothing : this.#pill()}
        <span class="visually-hidden" role="status">${this.#body?.notice}</span>
      </div>
    </section>`
  }

  get #isFollowing(): boolean {
    return this.#body?.following ?? true
  }

  #finding(log: LogView | undefined): string {
    if (log === undefined || this.#body === undefined || this.#body.filter.isOpen) return ''
    return `${toCount(this.#body.shown)} of ${toCount(log.rows.length)}`
  }

  #blank(log: LogView, { searching, shown }: LogBody): TemplateResult | typeof nothing {
    if (log.rows.length === 0) return html`<p class="blank" part="empty">Nothing logged yet</p>`
    if (searching || shown > 0) return nothing
    return html`<p class="blank" part="empty">
      None of ${toPlural(log.rows.length, 'line')} matches
      <button type="button" @click=${() => this.#change({})}>Show all</button>
    </p>`
  }

  #pill(): TemplateResult {
    const { lines, errors } = this.#body!.unseen
    return html`<button class="pill" part="pill" type="button" @click=${this.#toTail}>
      ↓
      ${lines === 0 ? 'To the end' : `${toCount(lines)} new`}${
        errors === 0 ? nothing : `, ${toPlural(errors, 'error')}`
      }
    </button>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    const isNew = this.#body === undefined
    const body = (this.#body ??= this.#createBody())
    if (body === undefined) return
    if (changed.has('paused') || isNew) {
      if (this.paused || changed.get('paused')) body.pause(this.paused)
    }
    if (changed.has('wrap')) body.keepPlace()
    // What is said of the rows is known only now that they are drawn.
    if (body.update(this.feed.store?.view.log) || isNew) this.#retell()
  }

  #createBody(): LogBody | undefined {
    const { view } = this.#view
    if (view === undefined || !this.isConnected) return undefined
    const body = new view.LogBody({
      scroller: this.#scroller,
      onDue: () => this.requestUpdate(),
      onFollow: (following) => {
        this.#retell()
        const detail = { following }
        this.dispatchEvent(new CustomEvent('ops-follow-change', { bubbles: true, composed: true, detail }))
      },
      onTail: this.#toTail,
      onOpenRequest: (line) => this.#openRequest(line),
    })
    body.setFilter(this)
    return body
  }

  #retell(): void {
    queueMicrotask(() => this.requestUpdate())
  }

  readonly #actions = {
    toggleLevel: (group: LevelGroup) => {
      const levels = new Set(toLevels(this.level))
      if (!levels.delete(group)) levels.add(group)
      // Lines of a level that the feed does not send go with the next one.
      if (!this.feed.store?.view.log?.counts.debug) levels[levels.has('info') ? 'add' : 'delete']('debug')
      this.#change({ ...this.#criteria, level: toLevelWords(levels) })
    },
    chooseSource: (source: string) => this.#change({ ...this.#criteria, source }),
    typeText: (filter: string) => this.#change({ ...this.#criteria, filter }),
    showAllRequests: () => this.#change({ ...this.#criteria, request: '' }),
    togglePause: () => (this.paused = !this.paused),
    toggleWrap: () => (this.wrap = !this.wrap),
    prepare: () => void EXPORT.load().catch(() => undefined),
    copy: () => void this.#tellCopied(copyText(this.#body?.toText() ?? '', this.#frame)),
    copyCurl: () => {
      const [stream, body] = [this.feed.stream, this.#body]
      if (stream === undefined || body === undefined) return
      const line = copyLine(stream, (lines, feed) => lines.log(feed, body.filter.criteria), this.#frame)
      void this.#tellCopied(line)
    },
    download: () => void this.#download(),
  }

  get #criteria(): LogFilterDetail {
    const { level, source, filter, request } = this
    return { level: level ?? '', source: source ?? '', filter: filter ?? '', request: request ?? '' }
  }

  /** Sets the filter as a reader's choice. */
  #change(criteria: LogFilterDetail): void {
    this.level = orNone(criteria.level)
    this.source = orNone(criteria.source)
    this.filter = orNone(criteria.filter)
    this.request = orNone(criteria.request)
    const entries = Object.entries(criteria).filter(([, value]) => value)
    const detail = Object.fromEntries(entries) as LogFilterDetail
    this.dispatchEvent(
      new CustomEvent<LogFilterDetail>('ops-filter-change', { bubbles: true, composed: true, detail }),
    )
  }

  async #tellCopied(copied: Promise<boolean>): Promise<void> {
    this.copied = await copied.catch(() => false)
    setTimeout(() => (this.copied = false), COPIED_TIME)
  }

  async #download(): Promise<void> {
    const { download, toNdjson } = await EXPORT.load()
    const { hello, log } = this.feed.store?.view ?? {}
    if (log && this.#body) {
      download(`${hello?.service ?? 'ops'}-events.ndjson`, toNdjson(log, this.#body.filter))
    }
  }

  readonly #onShortcut = (event: KeyboardEvent): void => {
    if (!this.shortcuts || event.key !== '/' || event.defaultPrevented || isTyping(event)) return
    if (event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    this.renderRoot.querySelector('input')!.focus()
  }

  /** One log of a page is enough: the first one takes it. */
  readonly #onShowLines = (event: ShowLinesEvent): void => {
    if (event.defaultPrevented) return
    event.preventDefault()
    this.#change({ request: event.detail.request })
    this.scrollIntoView({ block: 'nearest' })
  }

  readonly #toTail = (): void => {
    this.scrollToEnd()
    this.#scroller.focus({ preventScroll: true })
  }

  #openRequest({ requestId, instance }: LogLine): void {
    // Where nobody shows requests, its lines tell the most.
    if (this.dispatchEvent(new OpenRequestEvent({ id: requestId!, instance }))) {
      this.#change({ request: requestId! })
    }
  }
}

/** An empty attribute filters nothing. */
const orNone = (text: string | null | undefined) => (text === '' ? undefined : (text ?? undefined))

const bones = html`<div class="bones" aria-hidden="true">
  ${[1, 2, 3, 4, 5, 6].map(() => html`<i class="bone"></i>`)}
</div>`

declare global {
  interface HTMLElementTagNameMap {
    'ops-events': OpsEvents
  }
  interface HTMLElementEventMap {
    'ops-filter-change': CustomEvent<LogFilterDetail>
    'ops-follow-change': CustomEvent<{ following: boolean }>
  }
}
