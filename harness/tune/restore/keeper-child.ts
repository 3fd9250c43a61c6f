/**
 * The process that sets the cards for a tuning and gives them back when the tuning is gone: after kill -9, a crash, or a closed
 * terminal. It is started by `keeper.ts` in a session of its own, and asked over a channel that the kernel closes with the tuning.
 * Nothing but it writes to a card, so that no late call of the tuning can follow what is given back.
 */
import { rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { makeFolder } from '../../record/json-file.ts'
import { ownMark } from '../../telemetry/host/process-mark.ts'
import { runNvidiaSmi } from '../../telemetry/smi/exec.ts'
import { type CardState, readCards } from '../settings/cards.ts'
import { handsOf } from '../settings/hands.ts'
import { findTypist } from '../settings/rights.ts'
import { CardWriter } from '../settings/writer.ts'
import { claimCards } from './claim.ts'
import type { KeeperAnswer, KeeperAsk, KeeperOpening, KeeperReply, KeeperRequest } from './keeper-words.ts'
import { isClosed, notePath, type RestoreNote, readNote, writeNote } from './note.ts'
import { takeCards } from './take-cards.ts'

/** A driver that does not answer now may in a minute; after all of these the note is left for `tune --restore`. */
const RETRY_MS = [500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000]

let held: { readonly writer: CardWriter; readonly giveUp: () => void } | null = null
let queue: Promise<unknown> = Promise.resolve()

async function answer(request: KeeperAsk): Promise<KeeperAnswer> {
  if (request.ask === 'open') return open(request.opening)
  if (held === null) throw new JoulemarkError('environment', 'the cards were given back already')
  if (request.ask === 'apply') return { answer: 'applied', enforced: await held.writer.apply(request.setting) }
  return { answer: 'restored', ...(await restore('tune')) }
}

async function open(opening: KeeperOpening): Promise<KeeperAnswer> {
  const { folder, nvidiaSmi, uuids } = opening
  const path = notePath(folder)
  const earlier = readNote(path)
  if (earlier !== null && !isClosed(earlier)) {
    throw new JoulemarkError(
      'environment',
      `${folder}: an earlier tuning there did not give its cards back; first run joulemark tune --restore ${folder}`,
    )
  }
  const { cards, giveUp } = await takeCards(
    () => readCards((args) => runNvidiaSmi(nvidiaSmi, args), uuids),
    (named) =>
      claimCards(
        named.map(({ uuid, name }) => ({ uuid, name, nvidiaSmi })),
        path,
      ),
  )
  try {
    const note = noteOf(opening, cards)
    makeFolder(folder)
    writeNote(path, note)
    const typist = await findTypist(nvidiaSmi, cards)
    held = { writer: new CardWriter(note, path, handsOf(nvidiaSmi, typist)), giveUp }
    return { answer: 'opened', typist, cards }
  } catch (error) {
    // nothing was changed: there is nothing to give back
    rmSync(path, { force: true })
    giveUp()
    throw error
  }
}

const noteOf = (opening: KeeperOpening, cards: readonly CardState[]): RestoreNote => ({
  version: 1,
  tune: opening.tune,
  startedAt: opening.startedAt,
  host: { hostname: hostname() },
  nvidiaSmi: opening.nvidiaSmi,
  process: opening.process,
  watchdog: ownMark(),
  cards: cards.map(({ uuid, name, index, powerLimitW, isPersistent }) => ({
    uuid,
    name,
    index,
    powerLimitW,
    limitsSetW: [],
    clockWasLocked: false,
    clockBefore: opening.clockBefore,
    isPersistent,
    end: 'open',
  })),
  endedAt: null,
  endedBy: null,
  said: [],
})

async function restore(
  by: 'tune' | 'watchdog',
): Promise<{ readonly said: readonly string[]; readonly isDone: boolean }> {
  if (held === null) return { said: [], isDone: true }
  const end = await held.writer.restore(by, { isSameBoot: true })
  if (end.isDone) {
    held.giveUp()
    held = null
  }
  return end
}

/** The tuning is gone: what it asked for last is done first. */
async function afterTuning(): Promise<void> {
  for (const ms of [...RETRY_MS, 0]) {
    const { isDone } = await restore('watchdog').catch(() => ({ isDone: false }))
    if (isDone) return
    await wait(ms)
  }
}

// a closed terminal, Ctrl-C and a stopped service end the tuning: they must not end this process before it is done
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => undefined)

process.on('message', ({ id, request }: KeeperRequest) => {
  queue = queue
    .then(() => answer(request))
    .catch(
      (error: unknown): KeeperAnswer => ({
        answer: 'failed',
        code: error instanceof JoulemarkError ? error.code : 'environment',
        message: messageOf(error),
      }),
    )
    .then((reply) => {
      // a tuning that is gone reads no answer
      process.send?.({ id, reply: reply as KeeperAnswer } satisfies KeeperReply, () => undefined)
    })
})
process.on('disconnect', () => {
  void queue.then(afterTuning).finally(() => process.exit(0))
})
