/** Milliseconds for which a button says that its copy is made. */
export const COPIED_TIME = 1500

/** Puts text into the clipboard. Where the page may not write there, by the older way that needs no permission. */
export async function copyText(text: string, place: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.className = 'visually-hidden'
    area.value = text
    place.append(area)
    area.select()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way on a page without TLS
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
