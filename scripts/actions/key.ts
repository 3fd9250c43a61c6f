import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { keyPlace, writeNewKey } from '../../harness/record/signing/key-file.ts'
import type { CommandIo } from '../support/io.ts'
import { projectRoot } from '../support/tool-info.ts'

/** Makes the key pair that signs the user's runs. */
export function newKey(flags: { readonly out?: string }, io: CommandIo): number {
  const path = flags.out === undefined ? keyPlace(io.env).path : resolve(flags.out)
  const fromRoot = relative(realpathSync(projectRoot), resolveLinks(path))
  if (!fromRoot.startsWith('..') && !fromRoot.startsWith('/')) {
    throw new JoulemarkError(
      'bad-input',
      `${path}: is inside this project; keep a private key outside every repository`,
    )
  }
  const { publicHex, publicPath } = writeNewKey(path)
  io.stdout(`private key  ${path}  (mode 0600: keep it secret)\n`)
  io.stdout(`public key   ${publicPath}\n`)
  io.stdout(`             ${publicHex}\n`)
  io.stdout(
    'Runs are signed at their end from now on. Give customers the public key through a separate channel, not with the quote.\n',
  )
  return exitCodes.done
}

/** The real path of a file that may not exist yet, so that a link into the project is detected. */
function resolveLinks(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : join(resolveLinks(parent), basename(path))
}
