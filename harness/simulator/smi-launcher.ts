import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Executables `nvidia-smi` and `ipmitool` in a separate folder that can be added to PATH. */
export interface SmiLauncher {
  readonly path: string
  /** Path of the simulated ipmitool beside it. */
  readonly ipmitool: string
  remove(): void
}

/** Writes the scripts that run the simulated nvidia-smi and ipmitool against this simulator, with the same Node. */
export function writeSmiLauncher(simulatorUrl: string): SmiLauncher {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-simulator-'))
  const path = writeProgram({
    folder,
    name: 'nvidia-smi',
    module: new URL('nvidia-smi.ts', import.meta.url),
    simulatorUrl,
  })
  const ipmitool = writeProgram({
    folder,
    name: 'ipmitool',
    module: new URL('ipmitool.ts', import.meta.url),
    simulatorUrl,
  })
  return { path, ipmitool, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface SimulatedProgram {
  readonly folder: string
  readonly name: string
  /** What runs under that name. */
  readonly module: URL
  readonly simulatorUrl: string
}

/** Writes an executable of this name that runs a module against a simulator, with the same Node. Returns its path. */
export function writeProgram({ folder, name, module, simulatorUrl }: SimulatedProgram): string {
  const path = join(folder, name)
  const lines = [
    '#!/bin/sh',
    `# Simulated ${name}: every value is simulated.`,
    // Node options of the harness must not reach this program, because a warning on stderr would count as a failure
    'unset NODE_OPTIONS',
    // the compile cache avoids type stripping on later starts, which is half of the start time; that of the environment is kept
    `export NODE_NO_WARNINGS=1 NODE_COMPILE_CACHE=${shellQuote(process.env['NODE_COMPILE_CACHE'] ?? join(folder, 'cache'))}`,
    `export JOULEMARK_SIMULATOR_URL=${shellQuote(simulatorUrl)}`,
    `exec ${shellQuote(process.execPath)} ${shellQuote(fileURLToPath(module))} "$@"`,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A text quoted as one word for sh. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
