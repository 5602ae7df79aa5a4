/**
 * The other end of `startChild`: answers the questions of the process that started this one, and ends with it.
 * @param {Record<string, (params: any) => unknown>} methods
 */
export function answer(methods) {
  process.on('message', async (/** @type {{ id: number, method: string, params: object }} */ message) => {
    const { id, method, params } = message
    try {
      const result = await methods[method](params)
      process.send?.({ id, result })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', async () => {
    await methods.stop?.({})
    process.exit()
  })
}
