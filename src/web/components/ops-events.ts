import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { toCount, toPlural } from '../format.js'
import type { LevelGroup, LogView } from '../log-book.js'
import { LogFilter, toLevels, toLevelWords, toPattern } from '../log-filter.js'
import { ErrorNotice } from './error-notice.js'
import { copyCurl } from './copy-curl.js'
import { copyText } from './copy-text.js'
import { download, toCopiedText, toNdjson } from './log-export.js'
import { handleLogKey } from './log-keys.js'
import { LogLines } from './log-lines.js'
import { selectionOf } from './log-blocks.js'
import { lineOf } from './log-row.js'
import { logStyles, logToolbarStyles } from './log-styles.js'
import { logToolbar } from './log-toolbar.js'
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

  static override styles = [tokens, panelStyles, logStyles, logToolbarStyles]

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

  #lines: LogLines | undefined
  #filter = new LogFilter()
  #fault: string | undefined
  #shownFollowing = true
  readonly #notice = new ErrorNotice()
  readonly #resized = new ResizeObserver(() => this.#lines?.keepPlace())

  constructor() {
    super(['log', 'pause'])
    this.wrap = false
    this.paused = false
    this.shortcuts = false
    this.copied = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Another stream's rows may have been drawn before.
    this.#lines?.restart()
    if (this.hasUpdated) this.#resized.observe(this.#scroller)
    document.addEventListener('selectionchange', this.#onSelection)
    window.addEventListener('keydown', this.#onShortcut)
    window.addEventListener('ops-show-lines', this.#onShowLines)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#lines?.stop()
    this.#resized.disconnect()
    document.removeEventListener('selectionchange', this.#onSelection)
    window.removeEventListener('keydown', this.#onShortcut)
    window.removeEventListener('ops-show-lines', this.#onShowLines)
  }

  /** Goes to the tail and follows it. */
  scrollToEnd(): void {
    this.paused = false
    this.#lines?.follow()
    this.requestUpdate()
  }

  get #scroller(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.log')!
  }

  get #frame(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.frame')!
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src')) this.#lines?.restart()
    if (CRITERIA.some((name) => changed.has(name))) this.#readFilter()
  }

  /** A text that is no filter is said to be none; the last one that was stays. */
  #readFilter(): void {
    let { pattern } = this.#filter.criteria
    try {
      pattern = toPattern(this.filter ?? '')
      this.#fault = undefined
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).replace(/^.*: /, '')
      this.#fault = `Not a regular expression: ${reason}. The filter before it still holds.`
    }
    this.#filter = new LogFilter({
      levels: toLevels(this.level),
      ...(this.source ? { source: this.source } : {}),
      ...(this.request ? { requestId: this.request } : {}),
      ...(pattern === undefined ? {} : { pattern }),
    })
    this.#lines?.setFilter(this.#filter)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const log = store?.view.log
    return html`<section class="panel" part="base" aria-labelledby="title">
      ${logToolbar(
        {
          log,
          levels: this.#filter.criteria.levels,
          source: orNone(this.source),
          requestId: orNone(this.request),
          text: this.filter ?? '',
          fault: this.#fault,
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
          @scroll=${this.#onScroll}
          @wheel=${this.#onWheel}
          @focusin=${this.#onFocus}
          @click=${this.#onClick}
          @keydown=${this.#onKey}
        >
          <div class="note gap skipped" part="skipped" hidden></div>
          <div class="note gap head-note" part="evicted" hidden></div>
          <div class="body"></div>
        </div>
        <span id="keys" class="visually-hidden"
          >Arrow keys move between lines, Enter opens a line's request, Space shows all of a line, End
          follows.</span
        >
        ${log ? this.#blank(log) : bones} ${this.#isFollowing ? nothing : this.#pill()}
        <span class="visually-hidden" role="status">${this.#notice.text}</span>
      </div>
    </section>`
  }

  get #isFollowing(): boolean {
    return this.#lines?.following ?? true
  }

  #finding(log: LogView | undefined): string {
    if (log === undefined || this.#filter.isOpen) return ''
    return `${toCount(this.#lines?.shown ?? 0)} of ${toCount(log.rows.length)}`
  }

  #blank(log: LogView): TemplateResult | typeof nothing {
    if (log.rows.length === 0) return html`<p class="blank" part="empty">Nothing logged yet</p>`
    if (this.#lines === undefined || this.#lines.shown > 0) return nothing
    return html`<p class="blank" part="empty">
      None of ${toPlural(log.rows.length, 'line')} matches
      <button type="button" @click=${() => this.#change({})}>Show all</button>
    </p>`
  }

  #pill(): TemplateResult {
    const { lines, errors } = this.#lines!.unseen
    return html`<button class="pill" part="pill" type="button" @click=${this.#toTail}>
      ↓
      ${lines === 0 ? 'To the end' : `${toCount(lines)} new`}${
        errors === 0 ? nothing : `, ${toPlural(errors, 'error')}`
      }
    </button>`
  }

  protected override firstUpdated(): void {
    const find = (name: string) => this.renderRoot.querySelector<HTMLElement>(name)!
    this.#lines = new LogLines({
      scroller: this.#scroller,
      body: find('.body'),
      head: find('.head-note'),
      skipped: find('.skipped'),
      onDue: () => this.requestUpdate(),
    })
    this.#lines.setFilter(this.#filter)
    this.#resized.observe(this.#scroller)
  }

  protected override updated(changed: PropertyValues<this>): void {
    const lines = this.#lines!
    const log = this.feed.store?.view.log
    if (changed.has('paused')) {
      if (this.paused) lines.pause()
      else if (changed.get('paused')) lines.resume()
    }
    if (changed.has('wrap')) lines.keepPlace()
    if (log === undefined) return lines.empty()
    const before = [lines.unseen.lines, lines.unseen.errors, lines.shown].join()
    lines.update(log)
    const isNews = this.#notice.look(log)
    // What is said of the rows is known only now that they are drawn.
    if (isNews || before !== [lines.unseen.lines, lines.unseen.errors, lines.shown].join()) this.#retell()
    this.#tellFollowing()
  }

  #retell(): void {
    queueMicrotask(() => this.requestUpdate())
  }

  #tellFollowing(): void {
    const following = this.#isFollowing
    if (following === this.#shownFollowing) return
    this.#shownFollowing = following
    this.#retell()
    const detail = { following }
    this.dispatchEvent(new CustomEvent('ops-follow-change', { bubbles: true, composed: true, detail }))
  }

  readonly #actions = {
    toggleLevel: (group: LevelGroup) => {
      const levels = new Set(this.#filter.criteria.levels)
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
    copy: () => void this.#tellCopied(copyText(toCopiedText(this.#scroller), this.#frame)),
    copyCurl: () => {
      const { stream } = this.feed
      if (stream === undefined) return
      void this.#tellCopied(
        copyCurl(stream, (lines, feed) => lines.log(feed, this.#filter.criteria), this.#frame),
      )
    },
    download: () => {
      const { hello, log } = this.feed.store?.view ?? {}
      if (log) download(`${hello?.service ?? 'ops'}-events.ndjson`, toNdjson(log, this.#filter))
    },
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
    setTimeout(() => (this.copied = false), 1500)
  }

  #leaveTail(): void {
    this.#lines!.leaveTail()
    this.#tellFollowing()
  }

  readonly #onScroll = (): void => {
    const { unseen } = this.#lines!
    this.#lines!.readPosition()
    if (unseen !== this.#lines!.unseen) this.requestUpdate()
    this.#tellFollowing()
  }

  /** Told by the wheel itself, a reader gets away even while lines pour in. */
  readonly #onWheel = (event: WheelEvent): void => {
    if (event.deltaY < 0 && this.#scroller.scrollTop > 0) this.#leaveTail()
  }

  readonly #onFocus = (event: FocusEvent): void => {
    if ((event.target as Element).closest('.row')) this.#leaveTail()
  }

  readonly #onSelection = (): void => {
    if (!this.#lines?.following) return
    const node = selectionOf(this.#scroller)?.anchorNode
    if (node && this.#scroller.contains(node)) this.#leaveTail()
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    handleLogKey(event, this.#scroller, {
      follow: this.#toTail,
      toHead: () => {
        this.#leaveTail()
        this.#scroller.scrollTop = 0
      },
      toggle: (row) => this.#toggle(row),
      openRequest: (row) => this.#openRequest(row),
    })
  }

  /** A click opens a line that is cut off; selecting text does not. */
  readonly #onClick = (event: Event): void => {
    const target = event.target as Element
    const row = target.closest<HTMLElement>('.row')
    if (row === null || lineOf(row) === undefined) return
    if (target.closest('.request')) this.#openRequest(row)
    else if (selectionOf(this.#scroller) === undefined) this.#toggle(row)
  }

  readonly #onShortcut = (event: KeyboardEvent): void => {
    const isTyping = event
      .composedPath()
      .some(
        (node) => node instanceof HTMLElement && node.matches('input, textarea, select, [contenteditable]'),
      )
    if (!this.shortcuts || event.key !== '/' || event.defaultPrevented || isTyping) return
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

  #toggle(row: HTMLElement): void {
    row.classList.toggle('open')
  }

  #openRequest(row: HTMLElement): void {
    const { requestId, instance } = lineOf(row)!
    if (requestId === undefined) return
    // Where nobody shows requests, its lines tell the most.
    if (this.dispatchEvent(new OpenRequestEvent({ id: requestId, instance })))
      this.#change({ request: requestId })
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
}
