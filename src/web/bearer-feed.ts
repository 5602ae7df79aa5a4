import { BearerSource } from './bearer-source.js'
import type { GetToken } from './stream-registry.js'

/** For this long a token is not asked for again: finding one's tabs and opening the stream are one use of it. */
const TOKEN_AGE = 5000

/** Opens streams with a bearer token, which is asked for anew at each connection. */
export class BearerFeed {
  readonly #getToken: GetToken
  readonly #onOther: () => void
  #token: string | undefined
  #takenAt = -Infinity
  #identified: string | undefined

  /** @param onOther called when a connection would be opened with another token than the one last identified */
  constructor(getToken: GetToken, onOther: () => void) {
    this.#getToken = getToken
    this.#onOther = onOther
  }

  /** A digest of the token, for names that other scripts of the origin can read. */
  async identify(): Promise<string> {
    const token = await this.#take()
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
    this.#identified = token
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  async open(url: string): Promise<BearerSource> {
    const token = await this.#take()
    if (this.#identified !== undefined && this.#identified !== token) {
      this.#onOther()
      throw new Error('another token: this stream is not opened')
    }
    const source = new BearerSource(url, token)
    source.addEventListener('error', () => {
      if (source.status === 401) this.#token = undefined
    })
    return source
  }

  async #take(): Promise<string> {
    if (this.#token === undefined || performance.now() - this.#takenAt >= TOKEN_AGE) {
      this.#token = await this.#getToken()
      this.#takenAt = performance.now()
    }
    return this.#token
  }
}
