import type { GetToken } from './stream-registry.js'

/** What an element takes from the `<ops-stream>` around it. */
export interface StreamAround extends HTMLElement {
  src?: string | null
  getToken?: GetToken
}

/** The nearest `<ops-stream>` around an element, through shadow trees. It need not be defined yet. */
export function findStreamAround(element: HTMLElement): StreamAround | undefined {
  for (let node: Node | undefined = element; node;) {
    if ((node as Element).localName === 'ops-stream' && node !== element) return node as StreamAround
    node = node.parentNode ?? (node as Partial<ShadowRoot>).host
  }
  return undefined
}

/** The address and the tokens that it was given, though it may not be defined yet. */
export const toGiven = (stream: StreamAround) => ({
  src: stream.src ?? stream.getAttribute('src') ?? undefined,
  getToken: stream.getToken,
})
