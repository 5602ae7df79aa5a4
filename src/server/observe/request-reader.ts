import { JsonScanner } from './json-scanner.js'
import { name, object, value, type Shape } from './json-shape.js'
import type { Protocol } from './protocols/protocol.js'
import { TextMeter } from './text-meter.js'
import { toBuffer } from './to-buffer.js'

/** Bytes of a body that are read; what comes after them stays unknown. */
const BYTES_LIMIT = 16 * 1024 * 1024
/** Characters or bytes looked at in one go: nothing is done to those after the last wanted member. */
const PIECE = 16_384
/** A character of a string is at most three bytes of UTF-8. Emptied after use, for it held a prompt. */
const encoded = Buffer.alloc(PIECE * 3)
const OPENING_BRACE = 0x7b

/** Reads of a request's body which model it asks for, whether to stream, and that it has what a call has. */
export class RequestReader {
  model: string | undefined
  streaming: boolean | undefined
  /** It has prompts, or what takes their place. */
  hasContent = false
  /** There is no body to be seen, or none of JSON. */
  isUnreadable = true
  readonly #scanner: JsonScanner<RequestReader>
  #bytes = 0

  constructor(protocol: Protocol) {
    this.#scanner = new JsonScanner(toShape(protocol), this, new TextMeter())
  }

  read(chunk: Uint8Array | string): void {
    if (typeof chunk !== 'string') return this.#readBytes(toBuffer(chunk))
    try {
      for (let at = 0; at < chunk.length && !this.#isDone(); at += PIECE) {
        this.#readBytes(encoded.subarray(0, encoded.write(chunk.slice(at, at + PIECE))))
      }
    } finally {
      encoded.fill(0)
    }
  }

  #readBytes(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#isDone(); at += PIECE) {
      const bytes = chunk.subarray(at, at + PIECE)
      if (this.#bytes === 0) this.isUnreadable = bytes.find((byte) => byte > 32) !== OPENING_BRACE
      this.#bytes += bytes.length
      if (!this.isUnreadable) this.#scanner.write(bytes)
    }
  }

  #isDone(): boolean {
    if (this.#bytes >= BYTES_LIMIT || (this.#bytes > 0 && this.isUnreadable)) return true
    return this.hasContent && this.model !== undefined && this.streaming !== undefined
  }
}

const shapes = new Map<Protocol, Shape<RequestReader>>()

function toShape(protocol: Protocol): Shape<RequestReader> {
  const known = shapes.get(protocol)
  if (known !== undefined) return known
  const content: Shape<RequestReader> = {
    begin(reader) {
      reader.hasContent = true
    },
  }
  const shape = object<RequestReader>({
    model: name((reader, model) => {
      reader.model = model
    }),
    stream: value((reader, stream) => {
      if (typeof stream === 'boolean') reader.streaming = stream
    }),
    ...Object.fromEntries(protocol.content.map((key) => [key, content])),
  })
  shapes.set(protocol, shape)
  return shape
}
