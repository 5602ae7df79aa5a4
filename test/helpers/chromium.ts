import { chromium, type Browser, type LaunchOptions } from 'playwright-core'

/**
 * Launches the browser that vitest.config.ts found. The caller closes it. There is no way around it: without a
 * browser the test fails.
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH']
  if (!executablePath) {
    throw new Error(
      'No Chrome or Chromium: run `npm test`, which finds or installs one, or set CHROMIUM_PATH.',
    )
  }
  return chromium.launch({
    executablePath,
    ...options,
    // Playwright itself leaves out the sandbox, the first run, synchronisation and what Chromium does in the background.
    args: ['--disable-gpu', '--disable-quic', ...(options.args ?? [])],
  })
}
