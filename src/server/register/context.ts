import { AsyncLocalStorage } from 'node:async_hooks'
import type { Inbound } from './inbound.js'

/*
 * Which request of the app something happens for. Node follows contexts at a price for every promise of the app, so it
 * is asked to only once the app has made its first model call: before that nobody would want to know.
 */
const storage = new AsyncLocalStorage<Inbound>()
let isOn = false

export function followInbounds(): void {
  isOn = true
}

export function isFollowing(): boolean {
  return isOn
}

/** What happens from now on in this course of events belongs to `inbound`. */
export function enterInbound(inbound: Inbound): void {
  if (isOn) storage.enterWith(inbound)
}

export function currentInbound(): Inbound | undefined {
  return isOn ? storage.getStore() : undefined
}
