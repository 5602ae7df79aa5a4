import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { LiveStore } from './live-store.js'
import { NEVER_FROZEN, type Slice } from './live-view.js'
import { toFeedAddress } from './feed-address.js'
import { findStreamAround, toGiven, type StreamAround } from './stream-around.js'
import { acquireStream, type GetToken, type SharedStream, type StreamHandle } from './stream-registry.js'

/** Told by an `<ops-stream>` to those who use it: it has another address or another source of tokens. */
export const STREAM_CHANGE = 'ops-stream-change'

export interface StoreHost extends ReactiveControllerHost, HTMLElement {
  /**
   * Address of the feed, absolute or relative to the page; null when its attribute was removed. Never set: that of the
   * `<ops-stream>` around the host.
   */
  src: string | null | undefined
  /** Gives the bearer token, where the feed asks for one. */
  getToken?: GetToken | undefined
}

export interface StoreControllerOptions {
  /** Slices whose changes make the host render. The connection is always one of them. */
  slices: readonly Slice[]
  /** Also render every second, for what ages. Default false. */
  ticks?: boolean
}

/**
 * Connects an element to the shared stream of its `src` while it is on a page, and has it render when one of the
 * slices it named has changed. The connection's status is put on the host as `data-state`. A `src` that is no address
 * means no stream, and is reported on the console.
 */
export class StoreController implements ReactiveController {
  readonly #host: StoreHost
  readonly #slices: readonly Slice[]
  readonly #ticks: boolean
  #handle: StreamHandle | undefined
  #stop: (() => void)[] = []
  #seen: number[] = []
  #refused: string | null | undefined
  #around: StreamAround | undefined

  constructor(host: StoreHost, options: StoreControllerOptions) {
    this.#host = host
    this.#slices = ['connection', ...options.slices]
    this.#ticks = options.ticks ?? false
    host.addController(this)
  }

  /** Absent while the host is not on a page or has no usable `src`. */
  get stream(): SharedStream | undefined {
    return this.#handle?.stream
  }

  get store(): LiveStore | undefined {
    return this.#handle?.stream.store
  }

  hostConnected(): void {
    this.#around = findStreamAround(this.#host)
    this.#around?.addEventListener(STREAM_CHANGE, this.#onChange)
    this.#attach()
  }

  hostUpdate(): void {
    if (!this.#host.isConnected) return
    const { src, getToken } = this.#wanted()
    if (this.stream?.src !== src || this.stream?.getToken !== getToken) this.#attach()
  }

  hostDisconnected(): void {
    this.#around?.removeEventListener(STREAM_CHANGE, this.#onChange)
    this.#detach()
  }

  readonly #onChange = (): void => this.#host.requestUpdate()

  /** The stream to use: by the host's own `src`, or as the `<ops-stream>` around it has it. */
  #wanted(): { src: string | undefined; getToken: GetToken | undefined } {
    if (this.#host.src !== undefined || this.#around === undefined)
      return { src: this.#address(), getToken: this.#host.getToken }
    const { src, getToken } = toGiven(this.#around)
    // One that is no address is reported by that element.
    return { src: src === undefined ? undefined : toFeedAddress(src, document.baseURI), getToken }
  }

  /** Absent without a usable `src`. One that was never set may be yet to come; any other is reported, once. */
  #address(): string | undefined {
    const { src } = this.#host
    if (src === undefined) return undefined
    const address = toFeedAddress(src, document.baseURI)
    if (address === undefined && src !== this.#refused) {
      console.warn(
        `opswire: <${this.#host.localName}> has no stream: its src is ${JSON.stringify(src)}. Accepted is the ` +
          'address of a feed, absolute (http or https) or relative to the page.',
      )
    }
    this.#refused = address === undefined ? src : undefined
    return address
  }

  #attach(): void {
    this.#detach()
    const { src, getToken } = this.#wanted()
    if (src === undefined) return
    this.#handle = acquireStream(src, getToken)
    const { store, ticker } = this.#handle.stream
    this.#seen = []
    this.#stop.push(store.subscribe(() => this.#check(store)))
    if (this.#ticks) {
      const freezes = this.#slices.some((slice) => !NEVER_FROZEN.includes(slice))
      this.#stop.push(ticker.subscribe(() => !(freezes && store.paused) && this.#host.requestUpdate()))
    }
    this.#check(store)
  }

  #detach(): void {
    for (const stop of this.#stop.splice(0)) stop()
    this.#handle?.release()
    this.#handle = undefined
    delete this.#host.dataset['state']
  }

  #check(store: LiveStore): void {
    const versions = this.#slices.map((slice) => store.version(slice))
    if (versions.every((version, index) => version === this.#seen[index])) return
    this.#seen = versions
    this.#host.dataset['state'] = store.connection.status
    this.#host.requestUpdate()
  }
}
