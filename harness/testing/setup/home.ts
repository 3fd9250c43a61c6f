import { mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/**
 * Every test file gets an empty home folder of its own, and so does each process that it starts: a developer's signing
 * key, model cache and configuration must not change a result. After the tests of the file the folder must still be
 * empty, but for the folder of the weights, which is made for containers to mount and holds nothing.
 */
const home = mkdtempSync(join(tmpdir(), 'joulemark-home-'))
process.env['HOME'] = home
process.env['XDG_CONFIG_HOME'] = join(home, '.config')
for (const name of [
  'JOULEMARK_KEY',
  'JOULEMARK_STORE',
  'PGPASSWORD',
  'JOULEMARK_NVIDIA_SMI',
  'HF_HOME',
  'OPENAI_API_KEY',
])
  delete process.env[name]

afterAll(() => {
  removeEmpty(join(home, '.cache', 'huggingface'))
  removeEmpty(join(home, '.cache'))
  const written = readdirSync(home)
  rmSync(home, { recursive: true, force: true })
  if (written.length > 0) throw new Error(`a test wrote into the home folder: ${written.join(', ')}`)
})

/** Removes a folder if it is there and empty. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // what is in it is named
  }
}
