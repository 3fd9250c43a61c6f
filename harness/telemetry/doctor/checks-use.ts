import { isDesktopName, isServerName } from '../../gates/card/server-processes.ts'
import type { GpuProcess } from '../snapshot/processes.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { type Check, fail, nameOf, notMeasured, overCards, pass, type Rule, warn } from './check.ts'
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
  /** Processes of the server to be measured; empty where they are not known. */
  readonly serverPids: readonly number[]
  /** Whether a server is expected to run. */
  readonly isServing: boolean
}

/** Checks for other processes on the cards and for memory in use. */
export function useChecks(cards: readonly CardSnapshot[], processes: Facts['processes'], options: UseOptions): Check[] {
  return [processCheck(cards, processes, options), memoryCheck(cards, processes, options)]
}

/** A process of this size or more is no desktop and no helper of a server. */
const LARGE_MIB = 500
/** The CUDA context and the smallest model of a server. */
const SMALLEST_SERVER_MIB = 1024
/** Utilisation of a card on which nothing runs, in %. */
const BUSY_PCT = 20

function processCheck(cards: readonly CardSnapshot[], list: Facts['processes'], options: UseOptions): Check {
  const rule = rules.processes
  if (list.processes === null) return notMeasured(rule, list.reason)
  const { processes } = list
  const isKnown = processes.some(({ pid }) => options.serverPids.includes(pid))
  const read = processes.map(textOf).join('; ') || 'none'
  const others = cards.flatMap(({ uuid }) => {
    const onCard = processes.filter((process) => process.uuid === uuid)
    const own = isKnown ? onCard.filter(({ pid }) => options.serverPids.includes(pid)) : serverOn(onCard, options)
    return onCard.filter((process) => !own.includes(process))
  })
  const isFault = others.some((process) => !isSmall(process))
  if (isFault) {
    const cardsOf = others.filter((process) => !isSmall(process)).map(({ uuid }) => uuid)
    return { ...fail(rule, read, fixOf(others, options)), cards: [...new Set(cardsOf)] }
  }
  if (others.length > 0) return warn(rule, read, fixOf(others, options))
  const busy = options.isServing ? [] : cards.filter((card) => isBusyWithout(card, processes))
  return busy.length > 0 ? warn(rule, `${read}, but ${busy.map(busyText).join(', ')}`, busyFix) : pass(rule, read)
}

/**
 * The process of the server on one card where its pid is not known, or in another namespace: the one with the name of a
 * server, of Python, or with the most memory, in this order. A desktop is never the server, though often listed first.
 */
function serverOn(onCard: readonly GpuProcess[], { isServing }: UseOptions): readonly GpuProcess[] {
  if (!isServing) return []
  const rank = ({ name }: GpuProcess) => (isServerName(name) ? 2 : /python/i.test(name) ? 1 : 0)
  return onCard
    .filter((process) => mayServe(process))
    .toSorted((a, b) => rank(b) - rank(a) || (b.usedMiB ?? 0) - (a.usedMiB ?? 0))
    .slice(0, 1)
}

/** A process whose name says nothing serves only if it holds a model, or if its memory is not reported. */
const mayServe = ({ name, usedMiB }: GpuProcess): boolean =>
  isServerName(name) || (!isDesktopName(name) && (usedMiB === null || usedMiB >= SMALLEST_SERVER_MIB))

/** Windows does not report the memory of a process: there, a desktop is known by its name alone. */
const isSmall = ({ name, usedMiB }: GpuProcess): boolean =>
  usedMiB === null ? isDesktopName(name) : usedMiB < LARGE_MIB || (isDesktopName(name) && usedMiB < 2 * LARGE_MIB)

const textOf = ({ name, pid, usedMiB }: GpuProcess): string => `${name} (pid ${pid}, ${usedMiB ?? '?'} MiB)`

/** Never a command that ends a process: only its owner knows whether it is needed. */
function fixOf(others: readonly GpuProcess[], options: UseOptions): string {
  const rest = others.filter(({ name }) => !isDesktopName(name))
  return [
    ...(rest.length === 0 ? [] : [stopText(rest, options)]),
    ...(rest.length < others.length ? [DESKTOP_FIX] : []),
  ].join('; ')
}

const DESKTOP_FIX =
  'log out of the desktop, or stop the display manager while measuring (sudo systemctl isolate multi-user.target)'

function stopText(others: readonly GpuProcess[], { isServing }: UseOptions): string {
  const pids = [...new Set(others.map(({ pid }) => pid))].join(',')
  const check = `see what they are (ps -fp ${pids}), and stop what is not needed, or move it to another card`
  const isServer = !isServing && others.some(({ name }) => isServerName(name))
  return isServer ? `if this is the server to measure, give its address with --endpoint; else ${check}` : check
}

function isBusyWithout(card: CardSnapshot, processes: readonly GpuProcess[]): boolean {
  const utilization = numberIn(card, 'utilization.gpu')
  return utilization !== null && utilization >= BUSY_PCT && processes.every(({ uuid }) => uuid !== card.uuid)
}

const busyText = (card: CardSnapshot): string =>
  `GPU ${nameOf(card)} is at ${card.values['utilization.gpu']} % utilisation and ${card.values['power.draw'] ?? '?'} W without a process`
const busyFix =
  'a process of another container or user may be hidden: look on the host; without persistence mode the call itself wakes the card: sudo nvidia-smi -pm 1, then run doctor again'

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
