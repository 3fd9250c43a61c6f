import { resolve } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import type { Campaign } from '../../harness/fleet/state.ts'
import { shellWord } from '../../harness/plain-text.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { isReference } from '../store/reference.ts'

/**
 * A fleet with what it is compared with: `flag` (`--against`, a folder is from the working folder), else what the campaign `found`
 * was begun with, else that of the file. A campaign that goes on without the flag must not lose it: a loss would end with exit
 * code 0. Throws `bad-input` for a `baseline` that the file does not state, because it is a flag of every box too.
 */
export function withAgainst(
  fleet: Fleet,
  flag: string | undefined,
  found: Pick<Campaign, 'against'> | null = null,
): Fleet {
  if (flag === undefined) {
    const kept = found?.against ?? fleet.against
    return kept === undefined ? fleet : { ...fleet, against: kept }
  }
  if (flag === 'baseline' && fleet.against !== 'baseline') {
    throw new JoulemarkError(
      'bad-input',
      `--against baseline: is stated in ${fleet.path}; a folder or store:QUERY may be given here`,
    )
  }
  return { ...fleet, against: flag === 'baseline' || isReference(flag) ? flag : resolve(flag) }
}

/** One line where a campaign goes on compared with something else than before, or than its file says now; null where it does not. */
export function otherAgainst(
  found: Pick<Campaign, 'against'> | null,
  file: Pick<Fleet, 'against' | 'path'>,
  { against }: Pick<Fleet, 'against'>,
): string | null {
  if (found === null) return null
  const now = `compared with ${against ?? 'nothing'}`
  if (found.against !== (against ?? null)) return `${now}, and not with ${found.against ?? 'nothing'} as it was begun`
  if (file.against === undefined || file.against === against) return null
  return `${now}, as it was begun; ${file.path} says ${file.against} now: --against changes it`
}

/** The command that goes on with a campaign, as a person types it. */
export function resumeCommand(path: string, out: string, against: string | undefined): string {
  const words = ['joulemark', 'fleet', 'run', path, '--out', out]
  return [...words, ...(against === undefined ? [] : ['--against', against]), '--resume'].map(shellWord).join(' ')
}
