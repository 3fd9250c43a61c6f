import { constants } from 'node:os'
import { JoulemarkError, messageOf } from '../../errors.ts'

/** A file that could not be written: `environment`. Nothing else can be written to that disk either, so a suite ends. */
export class DiskError extends JoulemarkError {
  constructor(message: string, cause: unknown) {
    super('environment', message, { cause })
    this.name = 'DiskError'
  }
}

/** What is wrong with the disk, by the error number of the operating system, and what to do. */
const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk (ENOSPC); free some',
  EDQUOT: 'the disk quota is used up (EDQUOT); free some space, or have it raised',
  EROFS: 'the disk is mounted read-only (EROFS), as the kernel does after a disk error; look into dmesg',
  ENOENT: 'its folder was removed or unmounted during the run (ENOENT)',
  EIO: 'the disk failed (EIO); look into dmesg',
  EACCES: 'permission denied (EACCES)',
  ESTALE: 'the file is gone from the network file system (ESTALE); was it removed on the server, or mounted anew?',
  EFBIG: 'the file would exceed the largest size that is permitted (EFBIG); see ulimit -f',
}

/** The error of a file that could not be written, as one line. One that is such an error already stays as it is. */
export function diskError(path: string, error: unknown): DiskError {
  if (error instanceof DiskError) return error
  const code = nameOf(error as NodeJS.ErrnoException | null)
  const what = (code === undefined ? undefined : causes[code]) ?? messageOf(error)
  return new DiskError(`${path}: cannot be written: ${what}`, error)
}

/** The name of an error of the operating system; Node calls those `UNKNOWN` that it has no name for, such as EDQUOT. */
function nameOf(error: NodeJS.ErrnoException | null): string | undefined {
  if (error?.code !== 'UNKNOWN') return error?.code
  return Object.entries(constants.errno).find(([, number]) => number === -(error.errno ?? 0))?.[0]
}
