import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { failureInText } from '../smi/failures.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, fail, moreSevere, overCards, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  gpus: {
    id: 'gpus',
    why: 'a result is valid only for the card that produced it',
    fix: 'name the installed card with --card',
  },
  'card-health': {
    id: 'card-health',
    why: 'a faulty card gives wrong results, or other results tomorrow',
    fix: 'check dmesg for its Xid; run sudo nvidia-smi -r -i GPU, or power the server off fully and on again',
  },
  inforom: {
    id: 'inforom',
    why: "a corrupt infoROM loses the card's settings and error counts",
    fix: 'have the card replaced',
  },
  temperature: {
    id: 'temperature',
    why: 'a hot card slows down and draws more power for the same work',
    fix: 'let it cool down; check its fans and the airflow in the case',
  },
} as const satisfies Record<string, Rule>

/** What nvidia-smi said of the cards besides their rows. */
export type SaidOfCards = Pick<Facts, 'troubles' | 'corruptInforoms'>
const nothingSaid: SaidOfCards = { troubles: [], corruptInforoms: null }

/** Checks of the cards: as expected, healthy, and cool. */
export function cardChecks(
  cards: readonly CardSnapshot[],
  expected: readonly CardEntry[],
  expectedGpus: number | null,
  said: SaidOfCards = nothingSaid,
): Check[] {
  return [presence(cards, expected, expectedGpus), health(cards, said), inforom(cards, said), temperature(cards)]
}

/** ECC takes up to 6 % of a card's memory; a MIG slice or a vGPU far more. */
const MEMORY_TOLERANCE = 0.1

function presence(cards: readonly CardSnapshot[], expected: readonly CardEntry[], expectedGpus: number | null): Check {
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
    const memory = numberIn(card, 'memory.total')
    // boards of one name are sold with other memory: any entry of the name may fit
    return !expected.some(({ smiName, smiMemoryMiB }) => {
      const expectedMiB = smiMemoryMiB?.value ?? null
      const isNear = memory === null || expectedMiB === null || Math.abs(1 - memory / expectedMiB) <= MEMORY_TOLERANCE
      return smiName === name && isNear
    })
  })
  const names = expected
    .map(({ smiName, smiMemoryMiB }) => `${smiName}, ${smiMemoryMiB?.value ?? 'unknown'} MiB`)
    .join(' or ')
  return unexpected ? fail(rule, `${read}; expected ${names}`) : pass(rule, read)
}

function health(cards: readonly CardSnapshot[], { troubles }: SaidOfCards): Check {
  const ofCards = overCards(rules['card-health'], cards, (card) => {
    const action = card.values['gpu_recovery_action']
    const sick = card.sick.map(({ field, text }) => `${field} ${text}`)
    const fix = card.sick.map(({ text }) => failureInText(text)?.fix).find((each) => each !== undefined)
    if (sick.length > 0) return { status: 'fail', read: sick.join(', '), ...(fix === undefined ? {} : { fix }) }
    if (action !== null && action !== 'None')
      return { status: 'fail', read: `recovery action requested by the driver: ${action}` }
    return {
      status: 'pass',
      read: action === null ? 'every field has a value' : 'every field has a value, no recovery requested',
    }
  })
  return troubles
    .filter(({ kind }) => kind !== 'inforom')
    .map(({ kind, text, fix }) => (kind === 'sick-card' ? fail : warn)(rules['card-health'], text, fix))
    .reduce(moreSevere, ofCards)
}

function inforom(cards: readonly CardSnapshot[], { troubles, corruptInforoms }: SaidOfCards): Check {
  const reported = [
    ...troubles.filter(({ kind }) => kind === 'inforom').map(({ text }) => text),
    ...(corruptInforoms ?? []),
  ]
  return overCards(rules.inforom, cards, (card) => {
    const valid = card.values['inforom.checksum_validation']
    const image = card.values['inforom.img'] ?? 'unknown'
    const corrupt = reported.find((line) => isAbout(line, card, cards))
    if (corrupt !== undefined) return { status: 'warn', read: `image ${image}; ${corrupt}` }
    if (valid !== null)
      return { status: /^valid$/i.test(valid) ? 'pass' : 'warn', read: `image ${image}, checksum ${valid}` }
    if (corruptInforoms !== null) return { status: 'pass', read: `image ${image}; nvidia-smi reports no corruption` }
    return { status: 'not-measured', read: `image ${image}; checksum not reported by this driver` }
  })
}

/** Whether a message names this card by its PCI address; one that names no card that is known is about every card. */
function isAbout(line: string, card: CardSnapshot, cards: readonly CardSnapshot[]): boolean {
  const address = /([0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f])\b/i.exec(line)?.[1]?.toLowerCase()
  const isAt = ({ values }: CardSnapshot) =>
    address !== undefined && values['pci.bus_id']?.toLowerCase().endsWith(address)
  return cards.some(isAt) ? isAt(card) === true : true
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
