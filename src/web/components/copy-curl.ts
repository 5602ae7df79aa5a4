import type { CurlFeed, CurlLines } from '../curl-line.js'
import { LazyPart } from '../lazy-part.js'
import type { SharedStream } from '../stream-registry.js'
import { copyText } from './copy-text.js'

const LINES = new LazyPart(() => import('../curl-line.js'))

/** Makes the line of one panel. */
export type ToCurlLine = (lines: CurlLines, feed: CurlFeed) => string

/** Puts into the clipboard a line for a shell that prints what a panel shows. Answers whether that could be done. */
export async function copyCurl(
  { src, getToken }: SharedStream,
  toLine: ToCurlLine,
  place: HTMLElement,
): Promise<boolean> {
  const { curlLines } = await LINES.load()
  return copyText(toLine(curlLines, { src, hasToken: getToken !== undefined }), place)
}
