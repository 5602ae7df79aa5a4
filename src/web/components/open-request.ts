/** Which request a reader wants to see. */
export interface OpenRequestDetail {
  id: string
  /** The process that it belongs to. Default: any that has a request with this id. */
  instance: string | undefined
}

/** A row was chosen: whoever shows requests in detail shows this one. Crosses shadow boundaries. */
export class OpenRequestEvent extends CustomEvent<OpenRequestDetail> {
  constructor(detail: OpenRequestDetail) {
    super('ops-open-request', { detail, bubbles: true, composed: true })
  }
}

declare global {
  interface HTMLElementEventMap {
    'ops-open-request': OpenRequestEvent
  }
}
