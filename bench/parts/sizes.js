import { startChild } from '../child.js'

const HEARTBEAT = 3000

/**
 * Bytes on the wire of the first, full snapshot and of a heartbeat, plain.
 * @returns {Promise<{ snapshot: number, heartbeat: number }>}
 */
export async function weighSnapshots() {
  const host = startChild('host.js')
  try {
    const { port, path } = await host.ask('start', { name: 'seeded' })
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'accept-encoding': 'identity' },
    })
    const snapshot = await readSnapshots(response, 2, () =>
      host.ask('extra', { name: 'advance', params: { time: HEARTBEAT } }),
    )
    return { snapshot: snapshot[0], heartbeat: snapshot[1] }
  } finally {
    await host.stop()
  }
}

/**
 * @param {Response} response
 * @param {number} count
 * @param {() => Promise<unknown>} onFirst
 * @returns {Promise<number[]>} the bytes of each snapshot event
 */
async function readSnapshots(response, count, onFirst) {
  const decoder = new TextDecoder()
  let text = ''
  let asked = false
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split('\n\n').slice(0, -1)
    const snapshots = events.filter((event) => /^event: snapshot$/m.test(event))
    if (snapshots.length >= count) return snapshots.map((event) => Buffer.byteLength(event) + 2)
    if (snapshots.length > 0 && !asked) {
      asked = true
      await onFirst()
    }
  }
  throw new Error('the feed ended before its second snapshot')
}
