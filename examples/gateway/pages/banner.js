import { ask } from '/assets/api.js'
import { byId, create } from '/assets/elements.js'

/** Says on every page that what is seen is sample traffic, while it is on. */
export function showBanner(sampleTraffic) {
  const banner = byId('banner')
  banner.hidden = !sampleTraffic
  if (!sampleTraffic) return
  const link = create('a', { text: 'Switch off' })
  link.href = '/settings'
  banner.replaceChildren('Sample traffic is on — three simulated users. ', link)
}

try {
  showBanner((await ask('/api/settings')).sampleTraffic)
} catch {
  // The page itself says when the gateway does not answer.
}
