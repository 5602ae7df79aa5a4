import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canInstall, installPackage } from './debian-package.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const MISSING =
  'No Chrome or Chromium found, which the browser tests need. Install Google Chrome, or the package chromium, ' +
  'or set CHROMIUM_PATH to the executable.'

/**
 * The path of an installed Chrome or Chromium. CHROMIUM_PATH, when set, decides alone.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH) return isExecutable(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const candidates = NAMES.flatMap((name) => onPath.map((folder) => join(folder, name)))
  return [...candidates, ...usualPlaces()].find((path) => isExecutable(path) && answers(path))
}

/**
 * Finds a browser, and on Debian installs one when there is none and this may be done.
 * @returns {Promise<string>} its path
 * @throws {Error} saying what to install
 */
export async function ensureBrowser() {
  const found = findBrowser()
  if (found) return found
  if (process.env.CHROMIUM_PATH) throw new Error('CHROMIUM_PATH is set to what is not an executable file.')
  if (!canInstall()) throw new Error(MISSING)
  const output = await installPackage('chromium')
  const installed = findBrowser()
  if (!installed) throw new Error([output, MISSING].join('\n'))
  return installed
}

/** Where installers put it on systems on which it isn't on the PATH. */
function usualPlaces() {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium'].map(
      (name) => `Applications/${name}.app/Contents/MacOS/${name}`,
    )
    return ['/', process.env.HOME ?? '/'].flatMap((folder) => apps.map((app) => join(folder, app)))
  }
  if (process.platform === 'win32') {
    const { ProgramFiles, LOCALAPPDATA, 'ProgramFiles(x86)': ProgramFilesX86 } = process.env
    const folders = [ProgramFiles, ProgramFilesX86, LOCALAPPDATA].filter((folder) => folder !== undefined)
    const apps = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe']
    return folders.flatMap((folder) => apps.map((app) => join(folder, app)))
  }
  return []
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Whether it is the browser itself: a distribution's placeholder only says what to install. On Windows the question
 * would open a window, and there are no placeholders.
 * @param {string} path
 */
function answers(path) {
  if (process.platform === 'win32') return true
  return /chrom/i.test(spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 }).stdout ?? '')
}
