/**
 * One second hand for everything on the page that ages. Runs only while somebody listens and the page is shown.
 */
export class Ticker {
  readonly #listeners = new Set<() => void>()
  #timer: ReturnType<typeof setInterval> | undefined

  /** Calls back every second until the returned function is called. */
  subscribe(listener: () => void): () => void {
    if (this.#listeners.size === 0) document.addEventListener('visibilitychange', this.#sync)
    this.#listeners.add(listener)
    this.#sync()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) document.removeEventListener('visibilitychange', this.#sync)
      this.#sync()
    }
  }

  get running(): boolean {
    return this.#timer !== undefined
  }

  readonly #sync = (): void => {
    const wanted = this.#listeners.size > 0 && document.visibilityState !== 'hidden'
    if (wanted === this.running) return
    if (wanted) {
      this.#tick()
      this.#timer = setInterval(this.#tick, 1000)
    } else {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  readonly #tick = (): void => {
    for (const listener of [...this.#listeners]) listener()
  }
}
