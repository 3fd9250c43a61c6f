import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { soakBodySchema } from '../../record/schema/soak.ts'
import { makeRun } from '../../testing/record-builder.ts'
import { steppedClock } from '../../testing/stepped-clock.ts'
import { makeTextTrial } from '../../testing/trial-builder.ts'
import type { UpServer } from '../measure/tools.ts'
import { runSoak, type SoakOptions } from './run-soak.ts'
import { soakPlan } from './soak-plan.ts'
import type { WatchEvents } from './watch.ts'

const entry = cardEntryByKey('rtx-4090')!
const cards = [0, 1].map((index) => ({ index, uuid: `GPU-${index}`, entry }))
const planOf = (hours: number) =>
  soakPlan(cards, hours, { port: 8000, tag: 'v1', cacheDir: '/c' }, { roundSeconds: 600 })
const never = new AbortController().signal

/** What happens in one round of a card; by default its load runs well. */
type Event = (events: WatchEvents, round: number) => 'fails' | 'dies' | 'full disk' | undefined

interface Play {
  readonly hours?: number
  readonly outDir?: string
  readonly resume?: boolean
  readonly signal?: AbortSignal
  /** By UUID. */
  readonly events?: Readonly<Record<string, Event>>
}

/** Plays a soak whose time passes only in its rounds; `diary` lists the calls. */
async function play({ hours = 2, events = {}, ...over }: Play) {
  const clock = steppedClock()
  const diary: string[] = []
  const rounds = new Map<string, number>()
  let seen: (WatchEvents & { readonly uuids: readonly string[] }) | null = null
  const deaths = new Map<string, () => void>()
  const options: SoakOptions = {
    outDir: mkdtempSync(join(tmpdir(), 'soak-')),
    resume: false,
    clock,
    signal: never,
    say: (line) => diary.push(line),
    tool: { name: 'joulemark', version: '0.0.0', commit: null },
    hostname: 'box',
    serve: async ({ cards: [card] }): Promise<UpServer> => {
      const ending = Promise.withResolvers<string>()
      deaths.set(card!.uuid, () => ending.resolve('ended'))
      diary.push(`start ${card!.index}`)
      return { url: 'http://s', ended: ending.promise, stop: async () => ending.resolve('stopped') }
    },
    run: async ({ card }, { stop }) => {
      const round = rounds.get(card.uuid) ?? 0
      rounds.set(card.uuid, round + 1)
      const what = events[card.uuid]?.(seen!, round)
      if (what === 'full disk') throw new DiskError('x', new Error('ENOSPC'))
      if (what === 'fails') throw new Error('connection refused')
      if (what === 'dies') {
        deaths.get(card.uuid)?.()
        throw new Error('the server ended')
      }
      await clock.sleep(300_000)
      load(seen!, card.uuid, round)
      return { directory: '', record: recordOf(card.uuid, stop.aborted ? 'interrupted' : 'complete', round) }
    },
    watch: async (given) => {
      seen = given
      for (const uuid of given.uuids) given.onReading(reading(uuid), true)
      const look = async () => void diary.push('look')
      return { look, stop: async () => void diary.push('watch stopped') }
    },
    ...over,
  }
  const body = await runSoak(planOf(hours), options)
  return { body, diary, outDir: options.outDir }
}

const reading = (uuid: string) => ({
  ...{ uuid, isLoaded: true, corrected: 0, uncorrected: 0, replays: 0 },
  ...{ width: 16, widthMax: 16, generation: 4, generationMax: 4, faults: [] as string[] },
})

/** The samples of ten minutes of load. */
function load({ onRow }: WatchEvents, uuid: string, round: number): void {
  const watched = {
    powerW: 400,
    powerInstantW: null,
    memoryUsedMiB: 1,
    utilizationGpuPct: 99,
    utilizationMemoryPct: 50,
  }
  const chip = { smClockMHz: 2500, memClockMHz: 10_000, temperatureC: 70, pstate: 'P2', eventReasons: '0x0' }
  for (let at = 0; at <= 600; at += 1) {
    const timeMs = (round * 602 + at) * 1000
    onRow({ timeMs, arrivalMs: timeMs, uuid, ...watched, ...chip })
  }
}

function recordOf(uuid: string, status: RunRecord['status'], round: number): RunRecord {
  const run = makeRun({ card: 'rtx-4090', name: 'NVIDIA GeForce RTX 4090' })
  const trials = [makeTextTrial({ outputTokensPerS: 5000 + (round % 3), outputTokens: 3e6 })]
  return { ...run, id: `${uuid}-${round}`, status, trials }
}

const verdicts = ({ body }: Awaited<ReturnType<typeof play>>) => body.cards.map(({ verdict }) => verdict)

test('two hours on two cards: twelve rounds each, one start of each server, accepted, and everything is stopped', async () => {
  const soak = await play({})
  expect(soakBodySchema.parse(soak.body)).toEqual(soak.body)
  expect(soak.body).toMatchObject({
    verdict: 'accepted',
    wouldBe: null,
    source: 'live',
    stoppedEarly: null,
    sessions: 1,
  })
  expect(soak.body.cards.map(({ rounds, loadedHours }) => [rounds, loadedHours])).toEqual([
    [12, expect.closeTo(2, 1)],
    [12, expect.closeTo(2, 1)],
  ])
  expect(soak.body.records).toHaveLength(24)
  expect(soak.diary.filter((line) => line.startsWith('start'))).toEqual(['start 0', 'start 1'])
  expect(soak.diary.at(-1)).toBe('watch stopped')
})

test('a card that is lost ends the soak at once; the other one is not measured', async () => {
  const soak = await play({
    events: {
      'GPU-1': ({ onReading, onXid }, round) => {
        if (round < 2) return undefined
        onReading({ ...reading('GPU-1'), faults: ['nvidia-smi no longer lists the card'] }, false)
        onXid('GPU-1', 79)
        return 'dies'
      },
    },
  })
  expect(soak.body.stoppedEarly).toBe('GPU 1: nvidia-smi no longer lists the card')
  expect(verdicts(soak)).toEqual(['not-measured', 'rejected'])
  expect(soak.body.cards[1]!.reasons).toEqual(['nvidia-smi no longer lists the card', 'Xid 79 in the kernel log'])
  expect(soak.body.cards[0]!.reasons[0]).toContain('the soak was stopped early: GPU 1')
  expect(soak.body.verdict).toBe('rejected')
  expect(soak.body.records).toHaveLength(4)
})

test('an Xid without a card counts against all', async () => {
  const soak = await play({ events: { 'GPU-0': ({ onXid }, round) => void (round === 1 && onXid(null, 43)) } })
  expect(verdicts(soak)).toEqual(['rejected', 'rejected'])
  expect(soak.body.stoppedEarly).toBeNull()
})

test('a server that ends is started again, a few times; then its card is left without load', async () => {
  const once = await play({ events: { 'GPU-0': (_, round) => (round === 3 ? 'dies' : undefined) } })
  expect(once.diary.filter((line) => line === 'start 0')).toHaveLength(2)
  expect(once.diary).toContain('look')
  // one round of twelve is missing: 1.83 of 2 hours
  expect(verdicts(once)).toEqual(['accepted', 'accepted'])
  const always = await play({ events: { 'GPU-0': () => 'dies' } })
  expect(always.diary.filter((line) => line === 'start 0')).toHaveLength(4)
  expect(always.body.cards.map(({ verdict, reasons }) => [verdict, reasons])).toEqual([
    ['not-measured', ['round 4: the server ended']],
    ['accepted', []],
  ])
})

test('when no card can be loaded it ends, and says why', async () => {
  const fails: Event = () => 'fails'
  const soak = await play({ events: { 'GPU-0': fails, 'GPU-1': fails } })
  expect(soak.body.cards.map(({ reasons }) => reasons)).toEqual([
    ['round 1: connection refused'],
    ['round 1: connection refused'],
  ])
  expect(soak.body.verdict).toBe('not-measured')
})

test('an interrupted soak goes on with its rounds, counters and hours; one that is another is refused', async () => {
  const stop = new AbortController()
  const first = await play({
    signal: stop.signal,
    events: {
      'GPU-0': ({ onReading }, round) => {
        if (round === 1) onReading({ ...reading('GPU-0'), corrected: 2 }, false)
        if (round === 5) stop.abort()
        return undefined
      },
    },
  })
  expect([first.body.stoppedEarly, first.body.cards[0]!.rounds]).toEqual(['interrupted', 5])
  const second = await play({ outDir: first.outDir, resume: true })
  expect(second.body).toMatchObject({ sessions: 2, startedAt: first.body.startedAt })
  expect(second.body.cards[0]).toMatchObject({ rounds: 12, verdict: 'rejected', correctedErrors: 2 })
  expect(second.body.cards[1]).toMatchObject({ rounds: 12, verdict: 'accepted' })
  await expect(play({ outDir: first.outDir, resume: true, hours: 3 })).rejects.toThrow(
    'was of 2 hours, this one is of 3',
  )
})

test('a full disk ends it', async () => {
  await expect(play({ events: { 'GPU-0': () => 'full disk' } })).rejects.toBeInstanceOf(DiskError)
})

test('the plan: rounds that show a drift, one server per card, and a reason where the model does not fit', () => {
  const plan = planOf(4)
  expect([plan.rounds, plan.roundSeconds, plan.lanes.length, plan.leftOut]).toEqual([24, 600, 2, []])
  expect(new Set(plan.lanes.map(({ server }) => server.launch.port)).size).toBe(2)
  const options = { port: 8000, tag: 'v1', cacheDir: '/c' }
  expect(soakPlan(cards, 0.5, options)).toMatchObject({ rounds: 12, roundSeconds: 150 })
  expect(soakPlan(cards, 0.05, options)).toMatchObject({ rounds: 6, roundSeconds: 30 })
})
