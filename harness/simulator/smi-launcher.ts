import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An executable `nvidia-smi` in a separate folder that can be added to PATH. */
export interface SmiLauncher {
  readonly path: string
  remove(): void
}

/** Writes the script that runs the simulated nvidia-smi against this simulator, with the same Node. */
export function writeSmiLauncher(simulatorUrl: string): SmiLauncher {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-simulator-'))
  const path = join(folder, 'nvidia-smi')
  const program = fileURLToPath(new URL('nvidia-smi.ts', import.meta.url))
  const lines = [
    '#!/bin/sh',
    '# Simulated nvidia-smi: every value is simulated.',
    // Node options of the harness must not reach this program, because a warning on stderr would count as a failure
    'unset NODE_OPTIONS',
    // the compile cache avoids type stripping on later starts, which is half of the start time
    `export NODE_NO_WARNINGS=1 NODE_COMPILE_CACHE=${shellQuote(join(folder, 'cache'))}`,
    `export JOULEMARK_SIMULATOR_URL=${shellQuote(simulatorUrl)}`,
    `exec ${shellQuote(process.execPath)} ${shellQuote(program)} "$@"`,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A text quoted as one word for sh. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
