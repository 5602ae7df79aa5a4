import { LazyPart } from '../lazy-part.js'
import type { SharedStream } from '../stream-registry.js'
import type { ToCurlLine } from './copy-curl.js'

const COPY = new LazyPart(() => import('./copy-curl.js'))

/** As `copyCurl` of the part that it loads. */
export async function copyLine(
  stream: SharedStream,
  toLine: ToCurlLine,
  place: HTMLElement,
): Promise<boolean> {
  return (await COPY.load()).copyCurl(stream, toLine, place)
}
