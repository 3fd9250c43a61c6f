import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, fail, notMeasured, overCards, pass, type Rule } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  processes: {
    id: 'processes',
    why: 'work of others is in the power, the memory and the time',
    mend: 'end them, or move them to another card',
  },
  memory: {
    id: 'memory',
    why: 'memory that is taken before the server starts is missing from its KV cache',
    mend: 'nvidia-smi shows who holds it; a crashed server may still be there',
  },
} as const satisfies Record<string, Rule>

export interface UseOptions {
  /** Processes of the server that is to be measured; empty when none was started by us. */
  readonly serverPids: readonly number[]
  /** Whether a server is meant to be running. */
  readonly isServing: boolean
}

/** Who else uses the cards. */
export function useChecks(cards: readonly CardSnapshot[], processes: Facts['processes'], options: UseOptions): Check[] {
  return [processCheck(cards, processes, options), memoryCheck(cards, processes, options)]
}

function processCheck(
  cards: readonly CardSnapshot[],
  list: Facts['processes'],
  { serverPids, isServing }: UseOptions,
): Check {
  const rule = rules.processes
  if (list.processes === null) return notMeasured(rule, list.reason)
  const described = list.processes.map(({ name, pid, usedMiB }) => `${name} (pid ${pid}, ${usedMiB ?? '?'} MiB)`)
  const read = described.join('; ') || 'none'
  const foreign = cards.flatMap(({ uuid }) => {
    const own = list.processes.filter((process) => process.uuid === uuid)
    if (serverPids.length > 0) return own.filter(({ pid }) => !serverPids.includes(pid))
    return own.slice(isServing ? 1 : 0)
  })
  return foreign.length > 0
    ? fail(rule, read, `kill ${foreign.map(({ pid }) => pid).join(' ')}, if they may go`)
    : pass(rule, read)
}

/** A driver and a desktop take a few hundred MiB. */
const SMALL_MIB = 1024

function memoryCheck(cards: readonly CardSnapshot[], list: Facts['processes'], { isServing }: UseOptions): Check {
  return overCards(rules.memory, cards, (card) => {
    const used = numberIn(card, 'memory.used')
    if (used === null) return { status: 'not-measured', read: 'not told' }
    const read = `${used} of ${card.values['memory.total'] ?? '?'} MiB used`
    if (isServing || used <= SMALL_MIB) return { status: 'pass', read }
    const isHidden = list.processes?.every(({ uuid }) => uuid !== card.uuid) ?? false
    return { status: 'warn', read: isHidden ? `${read}, by a process that cannot be seen from here` : read }
  })
}
