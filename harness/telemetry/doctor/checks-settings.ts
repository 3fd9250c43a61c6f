import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { isVirtualGpu } from '../../gates/card/serving.ts'
import { eventReasonsOf, parseSmiMask } from '../smi/values.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, nameOf, overCards, type Rule } from './check.ts'

const rules = {
  'power-limit': {
    id: 'power-limit',
    why: 'a card with another power limit is faster or slower and uses more or less energy per token, so its results are not those of this model',
    fix: 'sudo nvidia-smi -pl WATTS',
  },
  persistence: {
    id: 'persistence',
    why: 'without it the driver is loaded again for each call of nvidia-smi, which takes seconds and makes an idle card draw power',
    fix: 'sudo nvidia-smi -pm 1',
  },
  clocks: {
    id: 'clocks',
    why: 'with locked clocks the card does not run at its default speed',
    fix: 'sudo nvidia-smi -rgc; sudo nvidia-smi -rmc; sudo nvidia-smi -rac',
  },
  'compute-mode': {
    id: 'compute-mode',
    why: 'in Exclusive or Prohibited mode the server may not get the card',
    fix: 'sudo nvidia-smi -c 0',
  },
  mig: {
    id: 'mig',
    why: 'a MIG slice or a virtual GPU is a part of a card, and its results are not those of the card',
    fix: 'sudo nvidia-smi -mig 0',
  },
} as const satisfies Record<string, Rule>

/** Checks of settings that a person, a reboot or a driver may have changed. */
export function settingsChecks(cards: readonly CardSnapshot[], expected: readonly CardEntry[]): Check[] {
  return [powerLimit(cards, expected), persistence(cards), clocks(cards), computeMode(cards), mig(cards)]
}

function powerLimit(cards: readonly CardSnapshot[], expected: readonly CardEntry[]): Check {
  return overCards(rules['power-limit'], cards, (card) => {
    const enforced = numberIn(card, 'enforced.power.limit') ?? numberIn(card, 'power.limit')
    const standard = numberIn(card, 'power.default_limit')
    if (enforced === null) return { status: 'not-measured', read: 'power limit not reported by the driver' }
    const sku = expected.find(({ smiName }) => smiName === (card.values['name'] ?? '').replace(/ \(SIMULATED\)$/, ''))
    const catalogueW = sku?.tdpW?.value ?? null
    const range = `${card.values['power.min_limit'] ?? '?'} to ${card.values['power.max_limit'] ?? '?'}`
    const read = `enforced ${enforced} W, default ${standard ?? '?'} W, range ${range} W${catalogueW === null ? '' : `, this model ${catalogueW} W`}`
    // boards of one model are sold with several limits: the board's own default is the setting that belongs to it
    const expectedW = standard ?? catalogueW
    const isOff = expectedW !== null && Math.abs(expectedW - enforced) > 1
    const isOtherBoard = standard !== null && catalogueW !== null && Math.abs(standard - catalogueW) > 1
    const note = isOtherBoard ? `; board default ${standard} W, catalogue ${catalogueW} W` : ''
    const fix = `sudo nvidia-smi -i ${nameOf(card)} -pl ${expectedW ?? 'WATTS'}`
    return { status: isOff ? 'warn' : 'pass', read: `${read}${note}`, fix }
  })
}

function persistence(cards: readonly CardSnapshot[]): Check {
  return overCards(rules.persistence, cards, (card) => {
    const mode = card.values['persistence_mode']
    if (mode === null) return { status: 'not-measured', read: 'not reported by the driver' }
    return { status: mode === 'Enabled' ? 'pass' : 'warn', read: mode }
  })
}

function clocks(cards: readonly CardSnapshot[]): Check {
  return overCards(rules.clocks, cards, (card) => {
    const requested = numberIn(card, 'clocks.applications.graphics')
    const standard = numberIn(card, 'clocks.default_applications.graphics')
    const mask = parseSmiMask(card.values['clocks_event_reasons.active'] ?? undefined).value
    const isLimited = mask !== null && eventReasonsOf(mask).includes('applicationsClocksSetting')
    const now = `SM ${card.values['clocks.sm'] ?? '?'} of ${card.values['clocks.max.sm'] ?? '?'} MHz, memory ${card.values['clocks.mem'] ?? '?'} of ${card.values['clocks.max.mem'] ?? '?'} MHz`
    if (isLimited) return { status: 'warn', read: `${now}; limited by a clock setting` }
    if (requested !== null && standard !== null && requested !== standard) {
      return { status: 'warn', read: `${now}; application clock ${requested}, default ${standard} MHz` }
    }
    return { status: 'pass', read: now }
  })
}

function computeMode(cards: readonly CardSnapshot[]): Check {
  return overCards(rules['compute-mode'], cards, (card) => {
    const mode = card.values['compute_mode']
    if (mode === null) return { status: 'not-measured', read: 'not reported by the driver' }
    const status = mode === 'Default' ? 'pass' : mode === 'Prohibited' ? 'fail' : 'warn'
    return { status, read: mode, fix: `sudo nvidia-smi -i ${nameOf(card)} -c 0` }
  })
}

function mig(cards: readonly CardSnapshot[]): Check {
  return overCards(rules.mig, cards, (card) => {
    const mode = card.values['mig.mode.current']
    const name = card.values['name'] ?? ''
    if (isVirtualGpu(name)) {
      return {
        status: 'fail',
        read: `"${name}" is a virtual GPU: its power and its time are shared`,
        fix: 'pass the whole card through to this machine, or measure on the host',
      }
    }
    return {
      status: mode === 'Enabled' ? 'fail' : 'pass',
      read: mode ?? 'this card has no MIG',
      fix: `sudo nvidia-smi -i ${nameOf(card)} -mig 0`,
    }
  })
}
