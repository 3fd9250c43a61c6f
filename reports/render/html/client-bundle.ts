import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** The oldest browsers that the page's script runs in: those of 2022. Older browsers show the page without it. */
const TARGET = 'es2022'

/** Pages with a script of their own: the report, and the answer of `size`. */
const pages = {
  main: new URL('client/main.ts', import.meta.url),
  size: new URL('client/size.ts', import.meta.url),
} as const
export type ClientPage = keyof typeof pages
/** Every page with a script. */
export const clientPages = Object.keys(pages) as ClientPage[]

const scripts = new Map<ClientPage, string>()

/**
 * All code of a page as one script: its file in client/ and the formulas that it shares with the report. Bundled when a
 * page is first made and kept for the process; the same sources give the same bytes, whatever the working directory.
 */
export function clientScript(page: ClientPage = 'main'): string {
  const script = scripts.get(page) ?? bundle(page)
  scripts.set(page, script)
  return script
}

function bundle(page: ClientPage): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [fileURLToPath(pages[page])],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { strict: true, target: TARGET } },
  })
  return outputFiles[0]!.text
}
