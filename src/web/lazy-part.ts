/** A part of the script in a file of its own, loaded when it is first needed, once for the page. */
export class LazyPart<Part> {
  readonly #import: () => Promise<Part>
  #loading: Promise<Part> | undefined
  #part: Part | undefined

  constructor(load: () => Promise<Part>) {
    this.#import = load
  }

  /** Absent until it has been loaded. */
  get part(): Part | undefined {
    return this.#part
  }

  /** Rejected when it could not be loaded; the next call tries again. */
  load(): Promise<Part> {
    this.#loading ??= this.#import().then(
      (part) => (this.#part = part),
      (error: unknown) => {
        this.#loading = undefined
        throw error
      },
    )
    return this.#loading
  }
}
