/**
 * Characters that are harmless in JSON but not in a terminal: DEL and C1 controls, bidirectional controls, the line
 * and paragraph separators, the byte order mark. JSON.stringify itself escapes C0 controls and lone surrogates.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * `value` as one line of JSON that is safe in an SSE `data:` field and in a terminal. Throws what JSON.stringify
 * throws: for values that have passed through the recorder, never.
 */
export function encodeData(value: unknown): string {
  const json = JSON.stringify(value)
  // Nearly every line is clean, and a search is much cheaper than a replacement.
  return json.search(UNSAFE) === -1
    ? json
    : json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
