import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { toCount, toPlural } from '../format.js'
import { isGapRow, LEVEL_GROUPS, toLevelGroup, type LevelGroup, type LogRow } from '../log-book.js'
import { LogLines } from './log-lines.js'
import { panelStyles } from './panel-styles.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

/**
 * The event log. Follows the tail until the reader scrolls up; then nothing moves, and a pill says what has come.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart log the scroller
 * @csspart pill the way back to the tail
 * @cssproperty --ops-log-height height of the scroller, default 255px: 13 rows and the space below them
 */
export class OpsEvents extends StreamElement {
  static override styles = [
    tokens,
    panelStyles,
    css`
      .frame {
        position: relative;
        flex: 1;
        border-top: 1px solid var(--_line);
      }
      .log {
        height: 100%;
        min-height: var(--ops-log-height, 255px);
        max-height: var(--ops-log-height, 255px);
        padding: 2px 0 8px;
        overflow: hidden scroll;
        scrollbar-width: thin;
        scrollbar-color: var(--_line) transparent;
        font: 12px/19px var(--_mono);
      }
      .log:focus-visible {
        outline-offset: -2px;
      }
      /* The tail is always laid out, so that following it costs nothing and print and pictures show it. */
      .block:not(:nth-last-child(-n + 2)) {
        content-visibility: auto;
      }
      .row {
        height: 19px;
        padding: 0 14px;
        white-space: pre;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .row.open {
        height: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .time {
        color: var(--_faint);
      }
      .level {
        display: inline-block;
        min-width: 7ch;
      }
      .level,
      .source,
      .fields {
        color: var(--_muted);
      }
      /* Text that is written from right to left, or says it is, orders itself and not the rest of the line. */
      .source,
      .message,
      .fields {
        unicode-bidi: isolate;
      }
      .row.warn {
        color: var(--_fg);
        background: var(--_warn-dim);
      }
      .row.error {
        color: var(--_fg);
        background: var(--_error-dim);
      }
      :is(.warn, .error) .time {
        color: var(--_muted);
      }
      .warn .level {
        color: var(--_warn);
      }
      .error .level {
        color: var(--_error);
      }
      .gap {
        border-block: 1px dashed var(--_line);
        color: var(--_muted);
        font-family: var(--_font);
      }
      .chip {
        padding: 0 9px;
        border-radius: 12px;
        font-size: 12px;
        line-height: 20px;
        color: var(--_muted);
        background: none;
      }
      .chip[aria-pressed='true'] {
        color: var(--_fg);
        background: var(--_raise);
      }
      .chip[aria-pressed='false'] {
        text-decoration: line-through;
      }
      .chip:disabled {
        cursor: default;
        text-decoration: none;
      }
      .count {
        margin-left: 5px;
      }
      .tail {
        width: 9ch;
        text-align: right;
      }
      .pill {
        position: absolute;
        left: 50%;
        bottom: 10px;
        transform: translateX(-50%);
        padding: 0 12px;
        border-radius: 13px;
        background: var(--_raise);
        box-shadow: var(--_float);
        font-size: 12px;
        line-height: 24px;
      }
      .bones {
        position: absolute;
        inset: 0;
        display: grid;
        align-content: start;
        gap: 9px;
        padding: 8px 14px;
      }
      .bones .bone {
        max-width: 420px;
      }
      .blank {
        position: absolute;
        inset: 0 0 auto;
        margin: 0;
        padding: 8px 14px;
        color: var(--_muted);
        font-size: 12.5px;
      }
      @container (max-width: 520px) {
        .tail,
        .chip.debug {
          display: none;
        }
        .end {
          gap: 6px;
        }
      }
    `,
  ]

  #hidden = new Set<LevelGroup>()
  #lines: LogLines | undefined

  constructor() {
    super(['log'])
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Another stream's rows may have been drawn before.
    this.#lines?.clear()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src')) this.#lines?.clear()
  }

  override render(): TemplateResult {
    const log = this.feed.store?.view.log
    const { lines, errors } = this.#lines?.unseen ?? { lines: 0, errors: 0 }
    const following = this.#lines?.following ?? true
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Events</h2>
        <span class="end">
          ${LEVEL_GROUPS.map((group) => this.#chip(group, log?.counts[group]))}
          <span class="tail">${following ? 'Following' : 'Scrolled'}</span>
        </span>
      </div>
      <div class="frame">
        <div
          class="log values"
          part="log"
          role="log"
          aria-live="off"
          aria-labelledby="title"
          tabindex="0"
          @scroll=${this.#onScroll}
          @click=${this.#onClick}
        ></div>
        ${
          log
            ? nothing
            : html`<div class="bones" aria-hidden="true">
                ${[1, 2, 3, 4, 5, 6].map(() => html`<i class="bone"></i>`)}
              </div>`
        }
        ${log?.rows.length === 0 ? html`<p class="blank">Nothing logged yet</p>` : nothing}
        ${
          following
            ? nothing
            : html`<button class="pill" part="pill" type="button" @click=${this.#toTail}>
                ↓
                ${lines === 0 ? 'To the end' : `${toCount(lines)} new`}${
                  errors === 0 ? nothing : `, ${toPlural(errors, 'error')}`
                }
              </button>`
        }
      </div>
    </section>`
  }

  #chip(group: LevelGroup, count: number | undefined): TemplateResult {
    // The feed sends debug lines only when its address asks for them.
    const isAbsent = group === 'debug' && (count ?? 0) === 0
    return html`<button
      type="button"
      class="chip ${group}"
      aria-pressed=${isAbsent ? 'false' : String(!this.#hidden.has(group))}
      ?disabled=${isAbsent}
      title=${isAbsent ? 'No debug lines in this feed; add ?level=debug to its address' : ''}
      @click=${() => this.#toggle(group)}
    >
      ${group}${count ? html`<span class="count">${toCount(count)}</span>` : nothing}
    </button>`
  }

  protected override firstUpdated(): void {
    const scroller = this.renderRoot.querySelector<HTMLElement>('.log')!
    const lines = new LogLines(scroller)
    this.#lines = lines
    new ResizeObserver(() => lines.toTail()).observe(scroller)
  }

  protected override updated(): void {
    const log = this.feed.store?.view.log
    if (this.#lines === undefined) return
    if (log === undefined) return this.#lines.empty()
    const before = this.#lines.unseen
    const isShown = (row: LogRow) => isGapRow(row) || !this.#hidden.has(toLevelGroup(row.level))
    this.#lines.update(log, this.#hidden.size === 0 ? undefined : isShown)
    if (this.#lines.unseen.lines !== before.lines) this.requestUpdate()
  }

  readonly #onScroll = (): void => {
    const { following } = this.#lines!
    this.#lines!.readPosition()
    if (following !== this.#lines!.following) this.requestUpdate()
  }

  /** A click opens a line that is cut off; selecting text does not. */
  readonly #onClick = (event: Event): void => {
    if (getSelection()?.isCollapsed === false) return
    const row = (event.target as Element).closest('.row:not(.gap)')
    if (row) this.#lines!.toggle(row)
  }

  readonly #toTail = (): void => {
    this.#lines!.follow()
    this.requestUpdate()
    this.renderRoot.querySelector<HTMLElement>('.log')!.focus({ preventScroll: true })
  }

  #toggle(group: LevelGroup): void {
    if (!this.#hidden.delete(group)) this.#hidden.add(group)
    this.#lines!.clear()
    this.requestUpdate()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-events': OpsEvents
  }
}
