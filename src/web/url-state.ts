/** What of a view stands in the page's address, behind its `#`, so that it can be kept and sent. */
export class UrlState {
  readonly #change: () => void

  /** `change` is called when the reader goes back, forward, or changes the address. */
  constructor(change: () => void) {
    this.#change = change
  }

  connect(): void {
    addEventListener('hashchange', this.#change)
  }

  disconnect(): void {
    removeEventListener('hashchange', this.#change)
  }

  get(name: string): string | undefined {
    return this.#read().get(name) ?? undefined
  }

  /** Sets values, or removes those that are undefined. What others put there stays. */
  set(values: Record<string, string | undefined>): void {
    const state = this.#read()
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined || value === '') state.delete(name)
      else state.set(name, value)
    }
    const hash = state.toString()
    if (hash === this.#read().toString()) return
    // Replaced, not added: who filters while typing does not want a step back for each letter.
    history.replaceState(history.state, '', hash === '' ? location.pathname + location.search : `#${hash}`)
  }

  #read(): URLSearchParams {
    return new URLSearchParams(location.hash.slice(1))
  }
}
