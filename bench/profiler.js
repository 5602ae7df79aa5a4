import { Session } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Where this process spends the next seconds.
 * @param {{ seconds: number }} options
 * @returns {Promise<{ name: string, share: number }[]>} functions by the share of the time in them alone, idle apart
 */
export async function profile({ seconds }) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await sleep(seconds * 1000)
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').slice(-2).join('/')
      return [id, `${functionName || '(anonymous)'} ${file}${file && `:${lineNumber + 1}`}`]
    }),
  )
  /** @type {Map<string, number>} */
  const times = new Map()
  const deltas = profile.timeDeltas ?? []
  profile.samples?.forEach((id, index) => {
    const name = names.get(id) ?? ''
    times.set(name, (times.get(name) ?? 0) + deltas[index])
  })
  times.delete('(idle) ')
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times].map(([name, time]) => ({ name, share: time / total })).sort((a, b) => b.share - a.share)
}
