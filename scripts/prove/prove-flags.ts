import { cardsNamed } from '../../harness/catalogue/find.ts'
import { JoulemarkError } from '../../harness/errors.ts'

/** Flags of `prove`. */
export interface ProveFlags {
  readonly out: string
  /** A rehearsal: every part is as short as it can be. */
  readonly quick?: boolean
  readonly python: string
  readonly nvidiaSmi?: string
  /** Card whose simulator takes the place of the machine. */
  readonly simulate?: string
  readonly minutes: number
  readonly json?: boolean
  readonly progress: boolean
}

/** Contradictions between flags. Throws `bad-input`, one line. */
export function checkProveFlags({ simulate, nvidiaSmi }: ProveFlags): void {
  if (simulate === undefined) return
  const cards = cardsNamed(simulate, '--simulate')
  if (cards.length !== 1) throw new JoulemarkError('bad-input', `--simulate ${simulate}: expected one card`)
  if (nvidiaSmi !== undefined) {
    throw new JoulemarkError('bad-input', '--simulate and --nvidia-smi exclude each other: the simulator has its own')
  }
}
