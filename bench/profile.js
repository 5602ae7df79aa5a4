// node bench/profile.js [server] [deliveries a second] [gzip]: what a server of the bench spends its time on at that rate.
import { build, install } from '../scripts/prepare.js'
import { CLIENTS, measure, show, withPair } from './measure.js'

const SECONDS = 5
const SHOWN = 25

const [server = 'opswire', rate = '1000000', encoding = ''] = process.argv.slice(2)
await install()
await build()
await withPair({ server }, async (pair) => {
  const shared = encoding === 'gzip'
  await pair.connect({ count: CLIENTS, gzip: shared })
  show(server, await measure(pair, { rate: Number(rate), warmUp: 1, seconds: 2, shared }))
  const profiled = pair.host.ask('profile', { seconds: SECONDS + 1 }, 60_000)
  show(
    server,
    await measure(pair, { rate: Number(rate), warmUp: shared ? 0.5 : 0, seconds: SECONDS, shared }),
  )
  for (const { share, name } of (await profiled).slice(0, SHOWN)) {
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
})
