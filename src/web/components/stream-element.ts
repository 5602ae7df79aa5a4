import { LitElement } from 'lit'
import type { Slice } from '../live-store.js'
import { StoreController } from '../store-controller.js'
import type { GetToken } from '../stream-registry.js'

/** What all elements have in common: a `src`, and the shared stream behind it. */
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
