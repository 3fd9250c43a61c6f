import { fixFor } from '../host/advice.ts'
import type { Surroundings } from '../host/surroundings.ts'
import { failureInText, reportsCorruptInforom } from '../smi/failures.ts'

/** A message of nvidia-smi besides its rows. */
export interface Trouble {
  readonly text: string
  /** A card that is out of order, one that this user or container may not use, a corrupt infoROM, or something else. */
  readonly kind: 'sick-card' | 'not-permitted' | 'inforom' | 'other'
  readonly fix: string
}

/** The kind of one message, with the fix on this machine. */
export function troubleOf(line: string, surroundings: Surroundings): Trouble {
  if (reportsCorruptInforom(line)) return { text: line, kind: 'inforom', fix: '' }
  const failure = failureInText(line)
  const namesCard = /cannot be read: /.test(line)
  if (failure === null) {
    const fix = namesCard
      ? 'check dmesg for NVRM and Xid lines; reboot, and power the server off if that does not help'
      : ''
    return { text: line, kind: namesCard ? 'sick-card' : 'other', fix }
  }
  return {
    text: line.replace(` (${failure.fix})`, ''),
    kind: failure.fault === 'no-permission' ? 'not-permitted' : 'sick-card',
    fix: fixFor(failure, surroundings),
  }
}
