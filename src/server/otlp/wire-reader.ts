/*
 * OTLP travels as protobuf or as JSON, with the same messages. A reader walks either of them field by field, so that
 * there is one decoder for both, which makes strings only of what it wants to keep.
 */

interface Field<Name extends string> {
  name: Name
  isRepeated: boolean
}

/** The fields of one message that are of interest; all others are skipped. */
export interface MessageFields<Name extends string> {
  byNumber: readonly (Field<Name> | undefined)[]
  byName: ReadonlyMap<string, Field<Name>>
}

/** Names each field, as JSON does, with its protobuf number: `3`, or `[3]` when it is repeated. */
export function defineMessage<Name extends string>(
  numbers: Record<Name, number | [number]>,
): MessageFields<Name> {
  const byNumber: (Field<Name> | undefined)[] = []
  const byName = new Map<string, Field<Name>>()
  for (const name of Object.keys(numbers) as Name[]) {
    const number = numbers[name]
    const field = { name, isRepeated: typeof number !== 'number' }
    byNumber[typeof number === 'number' ? number : number[0]] = field
    byName.set(name, field)
  }
  return { byNumber, byName }
}

/** Levels of messages, lists and groups, known or skipped. */
export const DEPTH_LIMIT = 100
/** Fields between two calls of `refill`: no single item of a body may hold up the process for long. */
export const FIELDS_LIMIT = 100_000
/** Bytes that are kept of one string; how many were cut off is told in their place. */
export const TEXT_LIMIT = 8000

/** A place in a body, for `reset`. */
export type Mark = object

/**
 * Walks a body. Every method throws a MalformedBodyError where the body is not what it should be there, and nothing
 * else. After `next` has named a field exactly one of the methods below it must be called, which read its value.
 */
export interface WireReader {
  /**
   * Goes to the next field of the message that was entered last. `''` is a field that was skipped: unknown, or null.
   * `undefined` is the end of the message, which is left by that. Of a repeated field each value is a field.
   */
  next<Name extends string>(fields: MessageFields<Name>): Name | '' | undefined
  /** Enters a message: the body itself, or the value of the current field. */
  enter(): void
  skip(): void
  text(): string
  bool(): boolean
  /** An enum or a small unsigned number. */
  int(): number
  /** Beyond 2^53 the nearest number. */
  int64(): number
  /** The same, where protobuf has it in 8 bytes. */
  fixedInt64(): number
  double(): number
  /** Bits; protobuf has them in 4 bytes. */
  fixed32(): number
  /** Epoch nanoseconds as epoch milliseconds with their fraction, true to a microsecond. 0 when unknown. */
  time(): number
  /** How many bytes a field of bytes has. */
  byteCount(): number
  /** An id of so many bytes as lower-case hex: `''` when it is absent or all zero, null when it has another form. */
  id(bytes: number): string | null

  /** The place before the next field of the current message, or before the current value. */
  mark(): Mark
  /** Goes back to a mark of the current message, or of the one that was left just now. */
  reset(mark: Mark): void
  /** Allows the next item its fields. */
  refill(): void
}
