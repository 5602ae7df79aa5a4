import { OpsError } from '../errors.js'

/** Where an item of an array lies in its text: from `start` to before `end`, in bytes. */
export interface Item {
  start: number
  end: number
}

/** Bytes after which a scan pauses. */
const PAUSE = 128 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COMMA = 0x2c

/**
 * The items of the JSON array that fills `text` from `start` on, as they stand: what is in them is not looked at. Yields
 * undefined now and then, when whoever scans a large text may do something else. Throws an OpsError with 400 when
 * brackets, commas or what follows make it no array.
 */
export function* scanItems(text: Buffer, start: number): Generator<Item | undefined, void> {
  let depth = 0
  let isInString = false
  let itemStart = start + 1
  let pauseAt = start + PAUSE
  for (let i = start; i < text.length; i++) {
    const byte = text[i]
    if (isInString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) isInString = false
    } else if (byte === QUOTE) isInString = true
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++
    else if (byte === COMMA && depth === 1) {
      yield { start: itemStart, end: i }
      itemStart = i + 1
    } else if ((byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) && --depth === 0) {
      if (byte === CLOSE_OBJECT || skipBlank(text, i + 1) < text.length)
        throw toNoArray('goes on after its array')
      const isEmpty = itemStart === start + 1 && skipBlank(text, itemStart) === i
      if (!isEmpty) yield { start: itemStart, end: i }
      return
    }
    if (i >= pauseAt) {
      pauseAt = i + PAUSE
      yield undefined
    }
  }
  throw toNoArray('ends before its array does')
}

/** The first place from `start` on that holds anything but JSON's white space; the length of the text when none does. */
export function skipBlank(text: Buffer, start: number): number {
  let i = start
  for (
    let byte = text[i];
    byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
    byte = text[++i]
  );
  return i
}

function toNoArray(what: string): OpsError {
  return new OpsError('OPS_JSON', 400, `The body is no JSON: it ${what}.`)
}
