/** The absolute address that `src` names on a page at `base`; absent when it is none that a stream can be opened on. */
export function toFeedAddress(src: string | null, base: string): string | undefined {
  if (src === null || src === '') return undefined
  try {
    const { href, protocol } = new URL(src, base)
    return protocol === 'http:' || protocol === 'https:' ? href : undefined
  } catch {
    return undefined
  }
}
