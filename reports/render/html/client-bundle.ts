import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** The oldest browsers that the page's script runs in: those of 2022. Older browsers show the page without it. */
const TARGET = 'es2022'

let script: string | undefined

/**
 * All code of the page as one script: client/main.ts and the formulas that it shares with the report. Bundled when a
 * page is first made and kept for the process; the same sources give the same bytes, whatever the working directory.
 */
export function clientScript(): string {
  script ??= bundle()
  return script
}

function bundle(): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [fileURLToPath(new URL('client/main.ts', import.meta.url))],
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
