import {
  html,
  type CSSResult,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit'
import type { LazyPart } from '../lazy-part.js'

/** A file of the script that draws a part of an element, with the style of that part. */
export interface View {
  styles: readonly CSSResult[]
}

/** Loads what draws a part of an element, and has the element render when it is there or could not be loaded. */
export class LazyView<Part extends View> implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #lazy: LazyPart<Part>
  #asked = false
  #failed = false
  #adopted = false

  constructor(host: ReactiveControllerHost & HTMLElement, lazy: LazyPart<Part>) {
    this.#host = host
    this.#lazy = lazy
    host.addController(this)
  }

  hostUpdate(): void {
    this.#adopt()
  }

  /** What draws; undefined while it is not there. The first call begins to load it. */
  get view(): Part | undefined {
    if (!this.#asked) this.#load()
    return this.#lazy.part
  }

  /** What stands in its place. Loading says nothing: it takes a moment, and a word would only flicker. */
  get placeholder(): TemplateResult | string {
    if (!this.#failed) return ''
    return html`<p class="note" role="status">
      This part of the page could not be loaded. The server may have been updated.
      <button type="button" @click=${() => this.#load()}>Try again</button>
      <button type="button" @click=${() => location.reload()}>Reload the page</button>
    </p>`
  }

  #load(): void {
    this.#asked = true
    this.#failed = false
    if (this.#lazy.part) return
    this.#lazy
      .load()
      .catch(() => (this.#failed = true))
      .finally(() => this.#host.requestUpdate())
  }

  #adopt(): void {
    const { part } = this.#lazy
    const root = this.#host.shadowRoot
    if (this.#adopted || part === undefined || root === null) return
    this.#adopted = true
    root.adoptedStyleSheets.push(...part.styles.map(({ styleSheet }) => styleSheet!))
  }
}
