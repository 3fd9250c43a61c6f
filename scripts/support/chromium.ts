import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from '../../harness/errors.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const LIMIT_MS = 60_000

/** An installed Chromium: the one that JOULEMARK_CHROMIUM names, or the first in PATH; null when there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | null {
  const named = env['JOULEMARK_CHROMIUM']
  if (named) return named
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync) ?? null
}

/** Prints an HTML file to PDF. Returns why it did not work, or null. */
export async function printPdf(
  chromium: string,
  htmlPath: string,
  pdfPath: string,
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const profile = await mkdtemp(join(tmpdir(), 'joulemark-pdf-'))
  const asRoot = process.getuid?.() === 0
  const flags = [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    // Chromium has no sandbox for root; this page has no script and fetches nothing
    ...(asRoot ? ['--no-sandbox'] : []),
    '--no-pdf-header-footer',
    // structure for screen readers; the default of some versions only
    '--export-tagged-pdf',
    '--generate-pdf-document-outline',
    `--user-data-dir=${profile}`,
    `--print-to-pdf=${resolve(pdfPath)}`,
    pathToFileURL(resolve(htmlPath)).href,
  ]
  try {
    await promisify(execFile)(chromium, flags, { env, timeout: LIMIT_MS, killSignal: 'SIGKILL' })
    const made = statSync(pdfPath, { throwIfNoEntry: false })
    return made !== undefined && made.size > 0 ? null : 'it wrote no file'
  } catch (error) {
    return messageOf(error).slice(0, 300)
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 })
  }
}
