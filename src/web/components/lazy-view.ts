import {
  html,
  type CSSResult,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit'
import type { LazyPart } from '../lazy-part.js'
import { adoptStyles } from './adopt-styles.js'

/** A file of the script that draws a part of an element, with the style of that part. */
export interface View {
  styles: readonly CSSResult[]
}

/**
 * What draws a part of an element: loaded when the element first comes into sight. The element renders when it is there,
 * when it could not be loaded, and when the element comes into sight.
 */
export class LazyView<Part extends View> implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #lazy: LazyPart<Part>
  #sight: IntersectionObserver | undefined
  #isInSight = false
  #failed = false
  #adopted = false

  constructor(host: ReactiveControllerHost & HTMLElement, lazy: LazyPart<Part>) {
    this.#host = host
    this.#lazy = lazy
    host.addController(this)
  }

  /** Undefined while it is not there. */
  get view(): Part | undefined {
    return this.#adopted ? this.#lazy.part : undefined
  }

  get isInSight(): boolean {
    return this.#isInSight
  }

  /** What stands in its place. Loading says nothing: it takes a moment, and a word would only flicker. */
  get placeholder(): TemplateResult | string {
    if (!this.#failed) return ''
    return html`<p class="unloaded" role="status">
      This part of the page could not be loaded. The server may have been updated.
      <button type="button" @click=${() => this.#load()}>Try again</button>
      <button type="button" @click=${() => location.reload()}>Reload the page</button>
    </p>`
  }

  hostConnected(): void {
    this.#sight = new IntersectionObserver((entries) => {
      this.#isInSight = entries.at(-1)!.isIntersecting
      if (!this.#isInSight) return
      if (!this.#adopted) this.#load()
      this.#host.requestUpdate()
    })
    this.#sight.observe(this.#host)
  }

  hostDisconnected(): void {
    this.#sight?.disconnect()
    this.#isInSight = false
  }

  #load(): void {
    this.#lazy.load().then(
      ({ styles }) => {
        adoptStyles(this.#host.shadowRoot!, styles)
        this.#adopted = true
        this.#failed = false
        this.#host.requestUpdate()
      },
      () => {
        this.#failed = true
        this.#host.requestUpdate()
      },
    )
  }
}
