import { css, html, nothing, type TemplateResult } from 'lit'
import { toDuration } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

type StreamStatus = LiveStore['connection']['status']

const WORDS: Record<StreamStatus, { word: string; tone: string }> = {
  connecting: { word: 'Connecting', tone: 'idle' },
  live: { word: 'Live', tone: 'live' },
  late: { word: 'Late', tone: 'warn' },
  stale: { word: 'Stale', tone: 'warn' },
  offline: { word: 'Offline', tone: 'error' },
  denied: { word: 'Sign in needed', tone: 'error' },
}

/**
 * The state of the connection in words, when the server was last heard, and a way to try again.
 *
 * @csspart base the line
 * @csspart word the state
 * @csspart detail the age or the countdown
 * @csspart retry the button
 */
export class OpsConnection extends StreamElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        color: var(--_muted);
        white-space: nowrap;
      }
      b {
        color: var(--_fg);
        font-weight: 500;
      }
      .dot.live {
        box-shadow: 0 0 0 3px var(--_ok-dim);
      }
      button {
        margin: -2px 0;
        padding: 1px 9px;
      }
      @media (max-width: 600px) {
        :host([data-state='live']) .detail {
          display: none;
        }
      }
    `,
  ]

  constructor() {
    super([], true)
  }

  override render(): TemplateResult {
    const { store, stream } = this.feed
    const status = store?.connection.status ?? 'connecting'
    const { tone } = WORDS[status]
    const waiting = status === 'offline' || status === 'denied'
    return html`<div class="line" part="base">
      <i class="dot ${tone}"></i
      ><span
        ><b part="word" role="status">${this.#word(status)}</b>
        <span class="detail" part="detail">${this.#detail(status)}</span></span
      >
      ${
        waiting
          ? html`<button part="retry" type="button" @click=${() => stream?.client.retryNow()}>
              Retry now
            </button>`
          : nothing
      }
    </div>`
  }

  #word(status: StreamStatus): string {
    const isBack = status === 'connecting' && this.feed.store?.silence !== undefined
    return isBack ? 'Reconnecting' : WORDS[status].word
  }

  #detail(status: StreamStatus): string {
    const store = this.feed.store
    const silence = store?.silence
    if (status === 'live' || status === 'late') return `· heard ${toDuration(silence)} ago`
    if (status === 'stale') return `· ${toDuration(silence)} old`
    const retryAt = store?.connection.retryAt
    if (store === undefined || status === 'connecting') return ''
    if (retryAt === undefined) return '· trying now'
    return `· retry in ${Math.max(1, Math.ceil((retryAt - store.clock.monotonic()) / 1000))} s`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-connection': OpsConnection
  }
}
