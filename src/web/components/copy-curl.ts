import { curlLines, type CurlFeed, type CurlLines } from '../curl-line.js'
import type { SharedStream } from '../stream-registry.js'
import { copyText } from './copy-text.js'

/** Makes the line of one panel. */
export type ToCurlLine = (lines: CurlLines, feed: CurlFeed) => string

/** Puts into the clipboard a line for a shell that prints what a panel shows. Answers whether that could be done. */
export function copyCurl(
  { src, getToken }: SharedStream,
  toLine: ToCurlLine,
  place: HTMLElement,
): Promise<boolean> {
  return copyText(toLine(curlLines, { src, hasToken: getToken !== undefined }), place)
}
