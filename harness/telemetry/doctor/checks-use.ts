import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, fail, notMeasured, overCards, pass, type Rule } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  processes: {
    id: 'processes',
    why: 'other processes change power, memory and timing',
    fix: 'stop them, or move them to another card',
  },
  memory: {
    id: 'memory',
    why: 'memory in use before the server starts is not available for its KV cache',
    fix: 'nvidia-smi lists the processes that use it; a crashed server may still be running',
  },
} as const satisfies Record<string, Rule>

export interface UseOptions {
  /** Processes of the server to be measured; empty when the harness started none. */
  readonly serverPids: readonly number[]
  /** Whether a server is expected to run. */
  readonly isServing: boolean
}

/** Checks for other processes on the cards and for memory in use. */
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
  const others = cards.flatMap(({ uuid }) => {
    const onCard = list.processes.filter((process) => process.uuid === uuid)
    if (serverPids.length > 0) return onCard.filter(({ pid }) => !serverPids.includes(pid))
    return onCard.slice(isServing ? 1 : 0)
  })
  return others.length > 0
    ? fail(rule, read, `kill ${others.map(({ pid }) => pid).join(' ')}, if they are not needed`)
    : pass(rule, read)
}

/** A driver and a desktop use a few hundred MiB. */
const SMALL_MIB = 1024

function memoryCheck(cards: readonly CardSnapshot[], list: Facts['processes'], { isServing }: UseOptions): Check {
  return overCards(rules.memory, cards, (card) => {
    const used = numberIn(card, 'memory.used')
    if (used === null) return { status: 'not-measured', read: 'not reported by the driver' }
    const read = `${used} of ${card.values['memory.total'] ?? '?'} MiB used`
    if (isServing || used <= SMALL_MIB) return { status: 'pass', read }
    const isHidden = list.processes?.every(({ uuid }) => uuid !== card.uuid) ?? false
    return { status: 'warn', read: isHidden ? `${read}, by a process that is not visible here` : read }
  })
}
