import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from './not-run.ts'

/** The folder in the archive, by the name that the pages give it. */
const NAME = 'joulemark-VERSION-linux-x64'

/**
 * Puts an archive with what is in `program` into a folder, and SHA256SUMS as it lies beside the packages: it also names the
 * bill of materials, which nobody copies. Where xz is not installed there is no archive, and the pages do not unpack it.
 */
export function addArchive(folder: string, program: string): void {
  const file = `${NAME}.tar.xz`
  if (isInstalled('xz')) {
    cpSync(program, join(folder, NAME), { recursive: true, verbatimSymlinks: true })
    execFileSync('tar', ['-cJf', file, NAME], { cwd: folder, env: { ...process.env, XZ_OPT: '-0' } })
    rmSync(join(folder, NAME), { recursive: true })
  } else writeFileSync(join(folder, file), '')
  const digest = createHash('sha256').update(readFileSync(join(folder, file)))
  writeFileSync(join(folder, 'SHA256SUMS'), `${digest.digest('hex')}  ${file}\n${'0'.repeat(64)}  ${NAME}.cdx.json\n`)
}
