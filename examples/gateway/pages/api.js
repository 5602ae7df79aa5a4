/** Asks the gateway's API. Gives the parsed answer, or throws an error that says what the gateway said. */
export async function ask(path, { method = 'GET', body, signal } = {}) {
  let response
  try {
    response = await fetch(path, {
      method,
      signal,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Error('The gateway does not answer. Is it running?', { cause: error })
  }
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer
  throw new Error(answer?.error?.message ?? `The gateway answered ${response.status}.`)
}
