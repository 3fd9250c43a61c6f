import { setTimeout as delay } from 'node:timers/promises'
import { JoulemarkError } from '../../errors.ts'
import { checkProcesses, type ProcessList } from '../../gates/card/processes.ts'
import { isServerName } from '../../gates/card/server-processes.ts'
import type { CardState } from './cards.ts'

/** Who uses the cards, as far as that can be seen. */
export interface UseFacts {
  readonly cards: readonly Pick<CardState, 'uuid'>[]
  /** The processes on all cards of the machine. */
  readonly processes: ProcessList
  /** Processes of the measured server; empty where they cannot be seen, as those of a container or of another user. */
  readonly serverPids: readonly number[]
  /** Whether a server already holds the cards; false for a command that starts later. */
  readonly isServing: boolean
}

type Listed = NonNullable<ProcessList['processes']>

/**
 * Throws if a process other than the measured server is seen on a card, or if the server is seen elsewhere. A list that cannot be
 * read, or is empty, shows nobody: see `refuseUnseen`.
 */
export function refuseOthers({ cards, processes, serverPids, isServing }: UseFacts): void {
  const all = processes.processes ?? []
  const here = all.filter(({ uuid }) => cards.some((card) => card.uuid === uuid))
  if (here.length === 0) return
  if (!isServing) throw othersUse(`nothing of this measurement runs yet, but ${textOf(here)}`)
  const { status, evidence } = usersOf({ cards, processes, serverPids })
  if (status === 'fail' || status === 'warn') throw othersUse(evidence)
  if (serverPids.length > 0) refuseBare(cards, here)
  else refuseUnproven(cards, here, all)
}

const LOOK_MS = 250
/** Ten seconds. */
const LOOKS = 40

/**
 * The same before a setting in the course of a tuning. Processes of a command that has just ended may stay listed for a moment, so
 * that they are waited for before they count as those of others.
 */
export async function refuseOthersSoon(
  read: () => Promise<UseFacts>,
  wait: (ms: number) => Promise<unknown> = delay,
): Promise<void> {
  for (let look = 1; ; look += 1) {
    const facts = await read()
    try {
      return refuseOthers(facts)
    } catch (error) {
      if (facts.isServing || look === LOOKS) throw error
    }
    await wait(LOOK_MS)
  }
}

/** Throws if it cannot be seen whether others use a card: an empty list is no evidence while a server must be in it. */
export function refuseUnseen({ cards, processes, serverPids, isServing }: UseFacts): void {
  const { status, evidence } = usersOf({ cards, processes, serverPids })
  if (status !== 'not-measured' || (processes.processes !== null && !isServing)) return
  throw new JoulemarkError(
    'environment',
    `whether others use the cards cannot be seen, so they are left alone: ${evidence}`,
  )
}

const usersOf = ({ cards, processes, serverPids }: Omit<UseFacts, 'isServing'>) =>
  checkProcesses(
    [processes],
    cards.map(({ uuid }) => uuid),
    serverPids,
  )

/** Throws where a card holds no process at all, while others of the server's cards do. */
function refuseBare(cards: UseFacts['cards'], here: Listed): void {
  const bare = cards.find(({ uuid }) => here.every((process) => process.uuid !== uuid))
  if (bare === undefined) return
  throw new JoulemarkError('environment', `${bare.uuid} is left alone: no process of the server is on it`)
}

/**
 * Throws unless the processes on the cards can only be those of the server, whose ids are not known: they are named as an engine names
 * its own, each card has one, and no other card of the machine has one.
 */
function refuseUnproven(cards: UseFacts['cards'], here: Listed, all: Listed): void {
  refuseBare(cards, here)
  const strangers = here.filter(({ name }) => !isServerName(name))
  const servers = all.filter((process) => isServerName(process.name) && !here.includes(process))
  if (strangers.length === 0 && servers.length === 0) return
  throw new JoulemarkError(
    'environment',
    `cards whose process may not be the server are left alone: ${textOf([...here, ...servers])}; the process that listens at the address of the server cannot be seen: give the address of the server itself, and run joulemark as root or as the user who started it`,
  )
}

const othersUse = (evidence: string) =>
  new JoulemarkError('environment', `a card that others use is left alone: ${evidence}`)

const textOf = (processes: Listed): string =>
  processes.map(({ name, pid, uuid }) => `${name} (pid ${pid}) is on ${uuid}`).join(', ')
