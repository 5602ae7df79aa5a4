import type { TabMessage } from '../../src/web/tab-messages.js'

interface Claim {
  run: () => unknown
  steals: boolean
  reject: (error: Error) => void
}

/** The one lock of a browser, as Web Locks has it. */
export class FakeLocks {
  #holder: Claim | undefined
  #queue: Claim[] = []

  readonly request = ((_name: string, { signal, steal }: LockOptions, callback: () => unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const claim: Claim = {
        steals: steal === true,
        reject,
        run: () => {
          void Promise.resolve(callback()).then((value) => {
            resolve(value)
            if (this.#holder !== claim) return
            this.#holder = undefined
            this.#next()
          })
        },
      }
      signal?.addEventListener('abort', () => {
        this.#queue = this.#queue.filter((waiting) => waiting !== claim)
        if (this.#holder !== claim) reject(new DOMException('called off', 'AbortError'))
      })
      if (claim.steals) {
        this.#holder?.reject(new DOMException('stolen', 'AbortError'))
        this.#holder = undefined
        this.#queue.unshift(claim)
      } else this.#queue.push(claim)
      this.#next()
    })) as unknown as LockManager['request']

  #next(): void {
    if (this.#holder !== undefined) return
    this.#holder = this.#queue.shift()
    this.#holder?.run()
  }
}

/** Channels between tabs, which a test can listen in on, speak on, and cut. */
export class FakeChannels {
  readonly said: TabMessage[] = []
  readonly #open = new Set<FakeChannel>()

  readonly open = (): BroadcastChannel => {
    const channel = new FakeChannel((message) => this.say(message, channel))
    channel.onclose = () => this.#open.delete(channel)
    this.#open.add(channel)
    return channel as unknown as BroadcastChannel
  }

  say(message: TabMessage, from?: FakeChannel): void {
    this.said.push(message)
    for (const channel of [...this.#open]) {
      if (channel !== from && !channel.isDeaf) channel.onmessage?.({ data: structuredClone(message) })
    }
  }

  /** Has the tab that opened the channel at this place hear nothing, or hear again. */
  deafen(place: number, isDeaf = true): void {
    ;[...this.#open][place]!.isDeaf = isDeaf
  }
}

class FakeChannel {
  onmessage: ((event: { data: TabMessage }) => void) | undefined
  onclose: (() => void) | undefined
  isDeaf = false
  readonly postMessage: (message: TabMessage) => void

  constructor(postMessage: (message: TabMessage) => void) {
    this.postMessage = postMessage
  }

  close(): void {
    this.onmessage = undefined
    this.onclose?.()
  }
}
