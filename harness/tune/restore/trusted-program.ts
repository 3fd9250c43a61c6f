import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, sep } from 'node:path'
import { JoulemarkError } from '../../errors.ts'

/** Who may write to a file: everyone. */
const WRITABLE_BY_ALL = 0o002

/**
 * The nvidia-smi that a note names, if it may be started: the one on PATH, one of the system, or a file of this user that does not lie
 * with the note. A note may come from anywhere, and its program is started with the rights of this user. Throws `bad-input`.
 */
export function trustedProgram(program: string, note: string, uid = process.getuid?.()): string {
  if (program === 'nvidia-smi') return program
  if (!program.includes('/')) throw untrusted(program, note, 'it is no path')
  let path: string
  try {
    path = realpathSync(program)
  } catch {
    throw untrusted(program, note, 'it is not there')
  }
  const { uid: owner, mode } = statSync(path)
  const isOfSystem = owner === 0 && basename(path) === 'nvidia-smi'
  if (!isOfSystem && owner !== uid) throw untrusted(program, note, 'it is the file of another user')
  if ((mode & WRITABLE_BY_ALL) !== 0) throw untrusted(program, note, 'everyone may write to it')
  if (path.startsWith(realpathSync(dirname(note)) + sep)) throw untrusted(program, note, 'it lies in the same folder')
  return program
}

const untrusted = (program: string, note: string, reason: string): JoulemarkError =>
  new JoulemarkError(
    'bad-input',
    `${note} names ${program}, which is not started: ${reason}; name the program with --nvidia-smi`,
  )
