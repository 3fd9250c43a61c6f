import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The C compiler of this machine; undefined where there is none. */
export const compiler = ['cc', 'gcc'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

/** Compiles a source in C to a shared library in a folder; returns its path. Throws where there is no `compiler`. */
export function buildLibrary(folder: string, text: string): string {
  const source = join(folder, 'stub.c')
  const library = join(folder, 'libstub.so.1')
  writeFileSync(source, text)
  execFileSync(compiler as string, ['-shared', '-fPIC', '-o', library, source])
  return library
}
