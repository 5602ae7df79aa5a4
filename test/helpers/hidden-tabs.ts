import type { Browser } from 'playwright-core'
import { onTestFinished } from 'vitest'

/**
 * A tab that is hidden while another is in front, as a reader's are. Playwright's own pages all believe that they are
 * looked at, so these are driven by the browser's protocol alone.
 */
export interface PlainTab {
  evaluate<Result>(script: () => Result): Promise<Result>
  send(method: string, params?: object): Promise<unknown>
}

interface Answer {
  id?: number
  result?: { result?: { value?: unknown } }
  error?: { message: string }
}

/** Opens tabs of one window, closed with the test. The newest is in front. */
export async function createPlainTabs(browser: Browser): Promise<(url: string) => Promise<PlainTab>> {
  const cdp = await browser.newBrowserCDPSession()
  const waiting = new Map<number, (answer: Answer) => void>()
  let asked = 0
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  return async (url) => {
    const { targetId } = await cdp.send('Target.createTarget', { url })
    onTestFinished(async () => {
      await cdp.send('Target.closeTarget', { targetId })
    })
    const { sessionId } = await cdp.send('Target.attachToTarget', { targetId, flatten: false })
    const send = async (method: string, params: object = {}): Promise<Answer['result']> => {
      const id = ++asked
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      await cdp.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      })
      const { result, error } = await answered
      waiting.delete(id)
      if (error) throw new Error(`${method}: ${error.message}`)
      return result
    }
    return {
      send,
      async evaluate<Result>(script: () => Result) {
        const expression = `(${String(script)})()`
        const answer = await send('Runtime.evaluate', {
          expression,
          awaitPromise: true,
          returnByValue: true,
        })
        return answer?.result?.value as Result
      },
    }
  }
}
