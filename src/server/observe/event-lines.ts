import type { JsonScanner } from './json-scanner.js'

const LF = 10
const CR = 13
const SPACE = 32
const DATA = Buffer.from('data:')

/** Whether a body that begins with this byte is one of Server-Sent Events, and not of JSON. */
export function isEventStream(firstByte: number): boolean {
  return firstByte !== 0x7b && firstByte !== 0x5b
}

/** Hands the data of Server-Sent Events to a scanner, one document an event, in pieces cut anywhere; holds nothing. */
export class EventLines {
  readonly #scanner: JsonScanner<never>
  /** Bytes of `data:` that this line began with. */
  #matched = 0
  #isOther = false
  #isPastSpace = false
  #isAfterCr = false

  constructor(scanner: Pick<JsonScanner<never>, 'write' | 'reset'>) {
    this.#scanner = scanner as JsonScanner<never>
  }

  write(bytes: Buffer): void {
    let at = 0
    let cr = bytes.indexOf(CR)
    while (at < bytes.length) {
      const byte = bytes[at]!
      if (byte === LF && this.#isAfterCr) {
        this.#isAfterCr = false
        at++
      } else if (byte === LF || byte === CR) {
        this.#endLine(byte)
        at++
      } else if (this.#isData() || this.#isOther) {
        if (cr !== -1 && cr < at) cr = bytes.indexOf(CR, at)
        const lf = bytes.indexOf(LF, at)
        const end = Math.min(lf === -1 ? bytes.length : lf, cr === -1 ? bytes.length : cr)
        if (!this.#isOther) this.#readData(bytes, at, end)
        this.#isAfterCr = false
        at = end
      } else {
        if (byte === DATA[this.#matched]) this.#matched++
        else this.#isOther = true
        this.#isAfterCr = false
        at++
      }
    }
  }

  #isData(): boolean {
    return this.#matched === DATA.length
  }

  #readData(bytes: Buffer, from: number, to: number): void {
    const isSpace = !this.#isPastSpace && bytes[from] === SPACE
    this.#isPastSpace = true
    this.#scanner.write(bytes, isSpace ? from + 1 : from, to)
  }

  #endLine(byte: number): void {
    // An empty line ends the event.
    if (this.#matched === 0 && !this.#isOther) this.#scanner.reset()
    this.#matched = 0
    this.#isOther = false
    this.#isPastSpace = false
    this.#isAfterCr = byte === CR
  }
}
