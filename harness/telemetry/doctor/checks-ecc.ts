import { healthOf } from '../snapshot/health.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, nameOf, overCards, type Rule } from './check.ts'

const rules = {
  'ecc-mode': {
    id: 'ecc-mode',
    why: 'ECC costs memory and bandwidth: with it and without it are two cards',
    mend: 'reboot, so that the pending mode takes hold',
  },
  'ecc-errors': {
    id: 'ecc-errors',
    why: 'an uncorrected error spoils results; corrected ones cost time and tell of more to come',
    mend: 'reboot; if they come back, have the card replaced',
  },
  'memory-rows': {
    id: 'memory-rows',
    why: 'rows that wait to be replaced are faulty until then',
    mend: 'reboot; after a failed remap, have the card replaced',
  },
} as const satisfies Record<string, Rule>

/** Memory errors: the mode now and after the next reboot, what was counted, rows and pages given up. */
export function eccChecks(cards: readonly CardSnapshot[], wantedMode: 'Enabled' | 'Disabled' | null): Check[] {
  return [
    overCards(rules['ecc-mode'], cards, (card) => {
      const now = card.values['ecc.mode.current']
      const pending = card.values['ecc.mode.pending']
      if (now === null) return { status: 'pass', read: 'this card has no ECC to switch' }
      if (pending !== null && pending !== now) return { status: 'warn', read: `${now}, ${pending} after a reboot` }
      const mend = `sudo nvidia-smi -i ${nameOf(card)} -e ${wantedMode === 'Enabled' ? 1 : 0}, then reboot`
      if (wantedMode !== null && now !== wantedMode)
        return { status: 'warn', read: `${now}; the plan says ${wantedMode}`, mend }
      return { status: 'pass', read: now }
    }),
    overCards(rules['ecc-errors'], cards, (card) => {
      const { eccMode, eccCorrected, eccUncorrected } = healthOf(card)
      if (eccMode !== 'Enabled') return { status: 'not-measured', read: 'ECC is off: errors are not counted', mend: '' }
      const total = numberIn(card, 'ecc.errors.uncorrected.aggregate.total')
      const read = `since the driver was loaded ${eccCorrected ?? '?'} corrected, ${eccUncorrected ?? '?'} uncorrected; uncorrected ever ${total ?? '?'}`
      if ((eccUncorrected ?? 0) > 0) return { status: 'fail', read }
      return { status: (eccCorrected ?? 0) > 0 || (total ?? 0) > 0 ? 'warn' : 'pass', read }
    }),
    overCards(rules['memory-rows'], cards, (card) => {
      const { remapPending, remapFailure, retirementPending } = healthOf(card)
      const flags = [remapPending, remapFailure, retirementPending]
      if (flags.every((flag) => flag === null))
        return { status: 'not-measured', read: 'this card does not tell', mend: '' }
      const uncorrectable = numberIn(card, 'remapped_rows.uncorrectable') ?? 0
      const read = `pending ${yesNo(remapPending ?? retirementPending)}, failed ${yesNo(remapFailure)}, remapped for uncorrectable errors ${uncorrectable}`
      if (flags.some((flag) => flag === true)) return { status: 'fail', read }
      return { status: uncorrectable > 0 ? 'warn' : 'pass', read }
    }),
  ]
}

const yesNo = (flag: boolean | null): string => (flag === null ? 'not told' : flag ? 'yes' : 'no')
