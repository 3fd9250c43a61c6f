import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An executable `nvidia-smi` in a folder of its own, so that the folder can stand on PATH. */
export interface SmiLauncher {
  readonly path: string
  remove(): void
}

/** Writes the script that runs the stand-in nvidia-smi against this simulator, with the Node that runs us. */
export function writeSmiLauncher(simulatorUrl: string): SmiLauncher {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-simulator-'))
  const path = join(folder, 'nvidia-smi')
  const program = fileURLToPath(new URL('nvidia-smi.ts', import.meta.url))
  const lines = [
    '#!/bin/sh',
    '# Stand-in for nvidia-smi: every figure is simulated.',
    // Options meant for the harness must not reach this program; a warning on stderr would count as a failure.
    'unset NODE_OPTIONS',
    // The cache spares the second and later starts the stripping of types: half of the time of a start.
    `export NODE_NO_WARNINGS=1 NODE_COMPILE_CACHE=${shellQuote(join(folder, 'cache'))}`,
    `export JOULEMARK_SIMULATOR_URL=${shellQuote(simulatorUrl)}`,
    `exec ${shellQuote(process.execPath)} ${shellQuote(program)} "$@"`,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** One word for sh, whatever is in it. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
