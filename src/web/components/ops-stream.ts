import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import type { StreamState } from '../feed-link.js'
import { STREAM_CHANGE } from '../store-controller.js'
import { StreamElement } from './stream-element.js'

/** How the stream is now; `retryAt` is by the clock of `performance.now()`. */
export type StreamStateDetail = StreamState

/**
 * One stream for the elements inside, which then need no `src` of their own, at whatever depth and in whatever shadow
 * tree. Open while it is on the page, also while nobody inside shows anything.
 *
 * @fires ops-state-change - The connection is in another state; `detail` has its status.
 */
export class OpsStream extends StreamElement {
  static override styles = css`
    :host {
      display: contents;
    }
    :host([theme='dark']) {
      --ops-scheme: dark;
    }
    :host([theme='light']) {
      --ops-scheme: light;
    }
  `

  #told: string | undefined

  constructor() {
    super([])
  }

  /** Freezes all that shows this stream; what arrives is kept. */
  pause(): void {
    this.feed.store?.pause()
  }

  resume(): void {
    this.feed.store?.resume()
  }

  override render(): TemplateResult {
    return html`<slot></slot>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('src') || changed.has('getToken')) this.dispatchEvent(new Event(STREAM_CHANGE))
    const state = this.feed.store?.connection
    if (state === undefined || state.status === this.#told) return
    this.#told = state.status
    this.dispatchEvent(
      new CustomEvent<StreamStateDetail>('ops-state-change', {
        bubbles: true,
        composed: true,
        detail: state,
      }),
    )
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-stream': OpsStream
  }
  interface HTMLElementEventMap {
    'ops-state-change': CustomEvent<StreamStateDetail>
  }
}
