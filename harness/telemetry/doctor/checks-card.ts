import type { Card } from '../../catalogue/types.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, fail, overCards, pass, type Rule } from './check.ts'

const rules = {
  gpus: {
    id: 'gpus',
    why: 'a result is valid only for the card that produced it',
    fix: 'name the installed card with --card',
  },
  'card-health': {
    id: 'card-health',
    why: 'results of a faulty card are meaningless',
    fix: 'check dmesg for its Xid; run sudo nvidia-smi -r, or power-cycle the server',
  },
  inforom: {
    id: 'inforom',
    why: "a corrupt infoROM loses the card's settings and error counts",
    fix: 'have the card replaced',
  },
  temperature: {
    id: 'temperature',
    why: 'a hot card throttles and draws more leakage power',
    fix: 'let it cool down; check its fans and the airflow in the case',
  },
} as const satisfies Record<string, Rule>

/** Checks of the cards: as expected, healthy, and cool. */
export function cardChecks(
  cards: readonly CardSnapshot[],
  expected: readonly Card[],
  expectedGpus: number | null,
): Check[] {
  return [presence(cards, expected, expectedGpus), health(cards), inforom(cards), temperature(cards)]
}

/** ECC takes up to 6 % of a card's memory; a MIG slice or a vGPU far more. */
const MEMORY_TOLERANCE = 0.1

function presence(cards: readonly CardSnapshot[], expected: readonly Card[], expectedGpus: number | null): Check {
  const rule = rules.gpus
  const describe = (card: CardSnapshot) =>
    `${card.values['name'] ?? 'unnamed'}, ${card.values['memory.total'] ?? '?'} MiB`
  const read = cards.map(describe).join('; ')
  if (expectedGpus !== null && cards.length !== expectedGpus) {
    return fail(
      rule,
      `${cards.length} cards, ${expectedGpus} expected: ${read}`,
      'check lspci and dmesg for the missing card; reseat it',
    )
  }
  if (expected.length === 0) return pass(rule, `${read}; no card expected`)
  const unexpected = cards.find((card) => {
    const name = (card.values['name'] ?? '').replace(/ \(SIMULATED\)$/, '')
    const entry = expected.find(({ smiName }) => smiName === name)
    const memory = numberIn(card, 'memory.total')
    const expectedMiB = entry?.smiMemoryMiB?.value ?? null
    return !entry || (memory !== null && expectedMiB !== null && Math.abs(1 - memory / expectedMiB) > MEMORY_TOLERANCE)
  })
  const names = expected
    .map(({ smiName, smiMemoryMiB }) => `${smiName}, ${smiMemoryMiB?.value ?? 'unknown'} MiB`)
    .join(' or ')
  return unexpected ? fail(rule, `${read}; expected ${names}`) : pass(rule, read)
}

function health(cards: readonly CardSnapshot[]): Check {
  return overCards(rules['card-health'], cards, (card) => {
    const action = card.values['gpu_recovery_action']
    const sick = card.sick.map(({ field, text }) => `${field} ${text}`)
    if (sick.length > 0) return { status: 'fail', read: sick.join(', ') }
    if (action !== null && action !== 'None')
      return { status: 'fail', read: `recovery action requested by the driver: ${action}` }
    return {
      status: 'pass',
      read: action === null ? 'every field has a value' : 'every field has a value, no recovery requested',
    }
  })
}

function inforom(cards: readonly CardSnapshot[]): Check {
  return overCards(rules.inforom, cards, (card) => {
    const valid = card.values['inforom.checksum_validation']
    const image = card.values['inforom.img']
    if (valid === null)
      return {
        status: 'not-measured',
        read: `image ${image ?? 'unknown'}; checksum not reported by this driver`,
        fix: '',
      }
    return { status: /^valid$/i.test(valid) ? 'pass' : 'warn', read: `image ${image ?? 'unknown'}, checksum ${valid}` }
  })
}

const IDLE_LIMIT_C = 50
const FAN_LIMIT_C = 60

function temperature(cards: readonly CardSnapshot[]): Check {
  return overCards(rules.temperature, cards, (card) => {
    const degrees = numberIn(card, 'temperature.gpu')
    const fan = numberIn(card, 'fan.speed')
    const utilization = numberIn(card, 'utilization.gpu')
    if (degrees === null) return { status: 'not-measured', read: 'temperature not reported by the driver' }
    const read = `${degrees} C, fan ${fan === null ? 'not reported (passive)' : `${fan} %`}, utilisation ${utilization ?? '?'} %`
    // A stopped fan is normal on a cool card.
    if (fan === 0 && degrees > FAN_LIMIT_C) return { status: 'warn', read: `${read}: the fan is stopped` }
    const isIdle = utilization !== null && utilization < 5
    return { status: isIdle && degrees >= IDLE_LIMIT_C ? 'warn' : 'pass', read }
  })
}
