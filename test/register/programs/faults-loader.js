// Loader hooks of `faults.js`: what `opswire/register` imports is answered by what throws.
const EXPLODE = '() => { throw new Error("a fault of opswire") }'
/** @param {string} code */
const toModule = (code) => `data:text/javascript,${encodeURIComponent(code)}`

const FAULTY_RECORDER = new URL('./faulty-recorder.js', import.meta.url).href

/** By the fault's name: specifiers and what stands in for them. @type {Record<string, Record<string, string>>} */
const STAND_INS = {
  recorder: { '../create-ops.js': FAULTY_RECORDER },
  reading: { '../create-ops.js': `${FAULTY_RECORDER}?part=reading` },
  observer: {
    '../observe/observe-exchange.js': toModule(`export const observeExchange = ${EXPLODE}`),
  },
  exchange: {
    '../observe/observe-exchange.js': toModule(
      `const explode = ${EXPLODE}
      export const observeExchange = () => new Proxy({}, { get: () => explode })`,
    ),
  },
  dashboard: { './dashboard.js': toModule('throw new Error("a fault of opswire")') },
}

/** @type {Record<string, string>} */
let standIns = {}

/** @param {string} fault */
export function initialize(fault) {
  standIns = STAND_INS[fault] ?? {}
}

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, next) {
  const isOurs = context.parentURL?.endsWith('/dist/server/register/index.js') === true
  return next((isOurs ? standIns[specifier] : undefined) ?? specifier, context)
}
