import { LitElement } from 'lit'
import type { Slice } from '../live-view.js'
import { StoreController } from '../store-controller.js'
import type { GetToken } from '../stream-registry.js'

/**
 * What all elements have in common: a `src`, and the shared stream behind it.
 *
 * @cssproperty --ops-scheme `dark` or `light` for what is inside; default the system's
 * @cssproperty --ops-bg ground behind the panels
 * @cssproperty --ops-surface ground of panels
 * @cssproperty --ops-raise ground of what is pressed or marked
 * @cssproperty --ops-line borders and grid lines
 * @cssproperty --ops-fg text
 * @cssproperty --ops-muted text of labels
 * @cssproperty --ops-faint text that matters least
 * @cssproperty --ops-accent what moves, and what has the focus
 * @cssproperty --ops-accent-dim ground below it
 * @cssproperty --ops-ok what is well
 * @cssproperty --ops-ok-dim ground below it
 * @cssproperty --ops-warn warnings
 * @cssproperty --ops-warn-dim ground below them
 * @cssproperty --ops-error errors
 * @cssproperty --ops-error-dim ground below them
 * @cssproperty --ops-float-shadow shadow of what floats
 * @cssproperty --ops-radius corners of panels, default 9px
 * @cssproperty --ops-font family of text
 * @cssproperty --ops-font-mono family of log lines and ids
 */
export abstract class StreamElement extends LitElement {
  static override properties = {
    src: {},
    getToken: { attribute: false },
    theme: { reflect: true },
  }

  /** Address of the feed, absolute (http or https) or relative to the page, as attribute or property. */
  declare src: string | null | undefined

  /** Gives the bearer token, where the feed asks for one. Property only: a token has no place in markup. */
  declare getToken: GetToken | undefined

  /** `dark` or `light`; anything else follows the system. What is inside follows the element. Default: the system. */
  declare theme: string | null | undefined

  /** The element's hold on the stream. */
  protected readonly feed: StoreController

  /**
   * @param slices slices of the store whose changes make the element render
   * @param ticks whether it also renders every second
   */
  constructor(slices: readonly Slice[], ticks = false) {
    super()
    this.feed = new StoreController(this, { slices, ticks })
  }
}
