import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeProgram } from '../smi-launcher.ts'

/** The programs of a box, in one folder that can be put first on PATH. */
export interface BoxPrograms {
  readonly folder: string
  readonly nvidiaSmi: string
  remove(): void
}

/** Writes nvidia-smi, docker, podman and dmesg of this box. */
export function writeBoxPrograms(simulatorUrl: string): BoxPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-box-'))
  const write = (name: string, module: URL): string => writeProgram({ folder, name, module, simulatorUrl })
  const engine = new URL('docker.ts', import.meta.url)
  for (const name of ['docker', 'podman']) write(name, engine)
  write('dmesg', new URL('dmesg.ts', import.meta.url))
  return {
    folder,
    nvidiaSmi: write('nvidia-smi', new URL('../nvidia-smi.ts', import.meta.url)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
