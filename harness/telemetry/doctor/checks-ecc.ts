import { healthOf } from '../snapshot/health.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, nameOf, overCards, type Rule } from './check.ts'

const rules = {
  'ecc-mode': {
    id: 'ecc-mode',
    why: 'ECC costs memory and bandwidth: results with and without it are not comparable',
    fix: 'reboot to apply the pending mode',
  },
  'ecc-errors': {
    id: 'ecc-errors',
    why: 'an uncorrected error corrupts results; corrected errors cost time and often precede uncorrected ones',
    fix: 'reboot; if they come back, have the card replaced',
  },
  'memory-rows': {
    id: 'memory-rows',
    why: 'the card has found faulty memory, and replaces it by spare memory at the next boot',
    fix: 'reboot; after a failed remap, have the card replaced',
  },
} as const satisfies Record<string, Rule>

/** Checks of ECC: the mode now and after the next reboot, error counts, remapped rows and retired pages. */
export function eccChecks(cards: readonly CardSnapshot[], expectedMode: 'Enabled' | 'Disabled' | null): Check[] {
  return [
    overCards(rules['ecc-mode'], cards, (card) => {
      const now = card.values['ecc.mode.current']
      const pending = card.values['ecc.mode.pending']
      if (now === null) return { status: 'pass', read: 'this card has no ECC setting' }
      if (pending !== null && pending !== now) return { status: 'warn', read: `${now}, ${pending} after a reboot` }
      const fix = `sudo nvidia-smi -i ${nameOf(card)} -e ${expectedMode === 'Enabled' ? 1 : 0}, then reboot`
      if (expectedMode !== null && now !== expectedMode)
        return { status: 'warn', read: `${now}; expected ${expectedMode}`, fix }
      return { status: 'pass', read: now }
    }),
    overCards(rules['ecc-errors'], cards, (card) => {
      const { eccMode, eccCorrected, eccUncorrected } = healthOf(card)
      if (eccMode !== 'Enabled') return { status: 'not-measured', read: 'ECC is off: errors are not counted', fix: '' }
      const total = numberIn(card, 'ecc.errors.uncorrected.aggregate.total')
      const read = `since the driver was loaded ${eccCorrected ?? '?'} corrected, ${eccUncorrected ?? '?'} uncorrected; uncorrected in total ${total ?? '?'}`
      if ((eccUncorrected ?? 0) > 0) return { status: 'fail', read }
      return { status: (eccCorrected ?? 0) > 0 || (total ?? 0) > 0 ? 'warn' : 'pass', read }
    }),
    overCards(rules['memory-rows'], cards, (card) => {
      const { remapPending, remapFailure, retirementPending } = healthOf(card)
      const flags = [remapPending, remapFailure, retirementPending]
      if (flags.every((flag) => flag === null))
        return { status: 'not-measured', read: 'not reported by this card', fix: '' }
      const uncorrectable = numberIn(card, 'remapped_rows.uncorrectable') ?? 0
      const read = `pending ${yesNo(remapPending ?? retirementPending)}, failed ${yesNo(remapFailure)}, remapped for uncorrectable errors ${uncorrectable}`
      if (flags.some((flag) => flag === true)) return { status: 'fail', read }
      return { status: uncorrectable > 0 ? 'warn' : 'pass', read }
    }),
  ]
}

const yesNo = (flag: boolean | null): string => (flag === null ? 'not reported' : flag ? 'yes' : 'no')
