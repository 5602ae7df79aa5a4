import { EventLines, isEventStream } from './event-lines.js'
import { JsonScanner } from './json-scanner.js'
import type { Shape } from './json-shape.js'
import type { Reply } from './reply.js'
import { toBuffer } from './to-buffer.js'

/** Reads a response's body into what is known of the reply: Server-Sent Events, lines of JSON, or JSON. */
export class ReplyReader {
  /** Known from the first byte on. */
  isEventStream = false
  readonly #scanner: JsonScanner<Reply>
  #events: EventLines | undefined
  #hasBegun = false

  constructor(shape: Shape<Reply>, reply: Reply) {
    this.#scanner = new JsonScanner(shape, reply, reply.text)
  }

  read(chunk: Uint8Array): void {
    const bytes = toBuffer(chunk)
    if (!this.#hasBegun) this.#begin(bytes)
    if (this.#events !== undefined) this.#events.write(bytes)
    else this.#scanner.write(bytes)
  }

  /** The first byte tells which it is, whatever the header says. */
  #begin(bytes: Buffer): void {
    const first = bytes.find((byte) => byte > 32)
    if (first === undefined) return
    this.#hasBegun = true
    this.isEventStream = isEventStream(first)
    if (this.isEventStream) this.#events = new EventLines(this.#scanner)
  }
}
