import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StartError } from '../../endpoint/serve/server.ts'
import type { StartCause } from '../../endpoint/serve/start-failure.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import type { CardProbe } from '../../record/schema/card-probe.ts'
import {
  boxCards,
  boxPlanOf,
  plannedPart,
  plannedRun,
  plannedServer,
  plannedStage,
} from '../../testing/box-plan-builder.ts'
import { completed, type FakeBox, type FakeBoxOptions, fakeBox, gpuOf } from '../../testing/fake-box-tools.ts'
import type { BoxPlan } from '../plan/box-plan.ts'
import { type BoxStep, boxStatePath, openBoxState } from '../state.ts'
import { type MeasuredBox, measureBox, plannedState } from './measure-box.ts'

const cards = boxCards(2)
const [first, second] = cards.map((card) => plannedServer([card]))
const servers = [first!, second!]
const probe = plannedRun('memory-probe')
const batch = plannedRun('batch')
/** Each card alone, then both at once. */
const night = (start = { number: 1, of: 1 }) =>
  plannedStage(
    servers,
    [
      plannedPart('alone', [first!], [probe]),
      plannedPart('alone', [second!], [probe]),
      plannedPart('together', servers, [probe, batch]),
    ],
    start,
  )
const plan = boxPlanOf(cards, [night()])
const uuids = cards.map(({ uuid }) => uuid)
const newFolder = () => mkdtempSync(join(tmpdir(), 'box-'))

/** One night in a folder; `resume` continues the one before in it. */
async function measured(
  of: BoxPlan,
  options: FakeBoxOptions = {},
  { out = newFolder(), resume = false } = {},
): Promise<MeasuredBox & FakeBox> {
  const box = fakeBox(options)
  const result = await measureBox(of, plannedState(openBoxState(out, uuids, resume), of), out, box.tools)
  return { ...box, ...result }
}

const texts = ({ state }: MeasuredBox): string[] =>
  state.steps.map(
    ({ part, cards: on, name, outcome, reason }) =>
      `${part} ${on.join('+')} ${name} ${outcome}${reason === null ? '' : `: ${reason}`}`,
  )

const startError = (cause: StartCause) =>
  new StartError({ cause, line: `the line of ${cause}`, advice: 'do something' })

describe('a stage', () => {
  test('starts the first server alone, measures card by card, then all at once, and stops the servers', async () => {
    const { diary } = await measured(plan)
    expect(diary.slice(0, 6)).toEqual(['probe 0', 'probe 1', 'serve 0', 'ready 0', 'serve 1', 'ready 1'])
    expect(diary.slice(6, 11)).toEqual([
      ...['calibrate memory-probe 1', 'begin 0 memory-probe', 'end 0 memory-probe'],
      // what the client sends to one card after the other is calibrated once
      ...['begin 1 memory-probe', 'end 1 memory-probe'],
    ])
    expect(diary.slice(-2)).toEqual(['stop 0', 'stop 1'])
  })

  test('comes after one look at all cards and the links between them, which the first run of each card keeps', async () => {
    const probed = {
      torch: '2.9.0',
      cards: [{ uuid: 'GPU-0' }, { uuid: 'GPU-1' }],
      pairs: [{ from: 0, to: 1, GBs: 50 }],
    }
    const more = { probe: async () => probed as unknown as CardProbe }
    const { places, said } = await measured({ ...plan, probe: plannedServer(cards) }, { more })
    expect(places.map(({ cardProbe }) => cardProbe)).toEqual([
      probed,
      probed,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(said[0]).toBe('measuring the cards and the links between them alone, with the torch of the image')
  })

  test('has each card looked at by itself where one keeps the others from it', async () => {
    const { diary, said } = await measured({ ...plan, probe: plannedServer(cards) })
    expect(diary.slice(0, 4)).toEqual(['probe 0+1', 'probe 0', 'probe 1', 'serve 0'])
    expect(said[1]).toBe('not measured together: no torch in this image; each card by itself')
  })

  test('of a later start has all servers started at once: their weights are in memory', async () => {
    const { diary } = await measured(boxPlanOf(cards, [night({ number: 2, of: 2 })]))
    expect(diary.slice(2, 6)).toEqual(['serve 0', 'serve 1', 'ready 0', 'ready 1'])
  })

  test('begins each run on all cards at once, after the client was calibrated for all of them', async () => {
    const stage = plannedStage(servers, [plannedPart('together', servers, [probe, batch])])
    const slow = Promise.withResolvers<null>()
    const { diary } = await measured(boxPlanOf(cards, [stage]), {
      run: async ({ name }, { server }, { diary: sofar }) => {
        if (name !== 'memory-probe') return null
        if (gpuOf(server) === '0') return slow.promise
        // the first card is late: the second waits for it
        setImmediate(() => {
          expect(sofar).not.toContain('begin 1 batch')
          slow.resolve(null)
        })
        return null
      },
    })
    const row = (name: string) => [`calibrate ${name} 2`, `calibrate ${name} 2`, `begin 0 ${name}`, `begin 1 ${name}`]
    expect(diary.slice(6)).toEqual([
      ...row('memory-probe'),
      ...['end 1 memory-probe', 'end 0 memory-probe'],
      ...row('batch'),
      ...['end 0 batch', 'end 1 batch', 'stop 0', 'stop 1'],
    ])
  })

  test('runs lanes at the same time: both are under way before either ends', async () => {
    const both = Promise.withResolvers<null>()
    let running = 0
    const { diary, places } = await measured(plan, {
      run: async (_, { part }) => {
        if (part !== 'together') return null
        running += 1
        // without the other lane this run would never end
        if (running === 2) both.resolve(null)
        return both.promise
      },
    })
    const together = diary.slice(diary.lastIndexOf('calibrate memory-probe 2') + 1)
    expect(together.slice(0, 2)).toEqual(['begin 0 memory-probe', 'begin 1 memory-probe'])
    expect(places[0]?.serverStart).toMatchObject({ number: 1, of: 1, command: first!.launch.serverCommand })
    expect(places.map(({ part, underLoad, lanes }) => [part, underLoad.join(), lanes])).toEqual([
      ['alone', 'GPU-0', 1],
      ['alone', 'GPU-1', 1],
      ...Array.from({ length: 4 }, () => ['together', 'GPU-0,GPU-1', 2]),
    ])
  })

  test('says which card, part and start a line is about, and how long it takes', async () => {
    const { said } = await measured(boxPlanOf(cards, [night({ number: 1, of: 2 }), night({ number: 2, of: 2 })]))
    expect(said).toContain('GPU 0: memory-probe, alone, start 1 of 2: done')
    expect(said.some((line) => /^GPU 1: batch, together, start 2 of 2: .* left in all$/.test(line))).toBe(true)
  })
})

test('a training command has no server of its own: nothing is started or probed before its run', async () => {
  const server = plannedServer([cards[0]!])
  const training = { ...server, launch: { ...server.launch, kind: 'command' } as unknown as typeof server.launch }
  const stage = plannedStage([training], [plannedPart('alone', [training], [batch])])
  const { diary, places, state } = await measured(boxPlanOf(cards, [stage]))
  expect(diary).toEqual(['calibrate batch 1', 'begin 0 batch', 'end 0 batch'])
  expect(places[0]).toMatchObject({ url: null, server: { id: training.id } })
  expect(state.steps[0]?.outcome).toBe('done')
})

test('the figures of a card alone are kept with its first run, and not repeated', async () => {
  const { places } = await measured(plan)
  const given = places.map((place) => [gpuOf(place.server), place.part, place.cardProbe !== undefined])
  expect(given.filter(([, , has]) => has)).toEqual([
    ['0', 'alone', true],
    ['1', 'alone', true],
  ])
})

describe('what fails', () => {
  test('a run fails its own step only', async () => {
    const run: FakeBoxOptions['run'] = async ({ name }, { server }) =>
      name === 'memory-probe' && gpuOf(server) === '0' ? { finished: [], error: new Error('no good') } : null
    const night = await measured(plan, { run })
    expect(texts(night).toSorted()).toEqual([
      'alone GPU-0 memory-probe failed: no good',
      'alone GPU-1 memory-probe done',
      'together GPU-0 batch done',
      'together GPU-0 memory-probe failed: no good',
      'together GPU-1 batch done',
      'together GPU-1 memory-probe done',
    ])
  })

  test('a search that fails later keeps the records that it left', async () => {
    const run: FakeBoxOptions['run'] = async (planned, place) => ({
      finished: [...completed(planned, place).finished, ...completed(planned, place).finished],
      error: new Error('the third rate could not be sent'),
    })
    const { state } = await measured(
      boxPlanOf(cards, [plannedStage([first!], [plannedPart('alone', [first!], [batch])])]),
      { run },
    )
    expect(state.steps[0]).toMatchObject({ outcome: 'failed', reason: 'the third rate could not be sent' })
    expect(state.steps[0]!.runs).toHaveLength(2)
  })

  test('a server that is lost under load fails the rest of its lane; the other card goes on', async () => {
    const run: FakeBoxOptions['run'] = async (planned, place, box) => {
      if (place.part !== 'together' || gpuOf(place.server) !== '1' || planned.name !== 'memory-probe') return null
      box.crash(1, 'the server ended: CUDA error: an illegal memory access')
      await aborted(place.drain)
      return { finished: [], error: new Error('socket hang up') }
    }
    const night = await measured(plan, { run })
    const reason = 'failed: the server ended: CUDA error: an illegal memory access'
    expect(
      texts(night)
        .filter((text) => text.startsWith('together'))
        .toSorted(),
    ).toEqual([
      'together GPU-0 batch done',
      'together GPU-0 memory-probe done',
      `together GPU-1 batch ${reason}`,
      `together GPU-1 memory-probe ${reason}`,
    ])
    expect(night.diary).not.toContain('begin 1 batch')
    expect(night.diary.slice(-2)).toEqual(['stop 0', 'stop 1'])
  })

  test('a server that does not start is the failure of its card, and the other is not measured beside it', async () => {
    const startFails = (server: { id: string }) => (server.id === second!.id ? startError('out-of-memory') : null)
    const night = await measured(plan, { startFails })
    expect(texts(night).filter((text) => text.includes('GPU-1'))).toHaveLength(3)
    expect(night.state.steps.find(({ cards: on }) => on[0] === 'GPU-1')?.reason).toContain(
      'did not start (out-of-memory)',
    )
    expect(night.places.at(-1)).toMatchObject({ part: 'together', underLoad: ['GPU-0'], lanes: 1 })
    expect(night.ends).toBe(null)
  })

  test.each<StartCause>(['no-docker', 'no-gpu-runtime', 'disk-full'])(
    '%s hits every server: one start is tried, and the night ends',
    async (cause) => {
      const { diary, ends, state } = await measured(boxPlanOf(cards, [night(), night()]), {
        startFails: () => startError(cause),
      })
      expect(diary.filter((line) => line.startsWith('serve'))).toEqual(['serve 0'])
      expect(diary.some((line) => line.startsWith('begin'))).toBe(false)
      expect(ends).toContain(`(${cause})`)
      expect(state.steps.map(({ outcome }) => outcome)).not.toContain('done')
    },
  )

  test.each<StartCause>(['no-device', 'shared-memory-full'])(
    '%s is that of one server: the other card is measured, and the night goes on',
    async (cause) => {
      const { ends, state } = await measured(plan, {
        startFails: (server) => (server.cards[0]?.index === 0 ? startError(cause) : null),
      })
      const done = state.steps.filter(({ outcome }) => outcome === 'done')
      expect(new Set(done.map(({ cards: on }) => on[0]))).toEqual(new Set(['GPU-1']))
      expect(ends).toBe(null)
    },
  )

  test.each<[StartCause, boolean]>([
    ['no-image', false],
    ['no-access', true],
    ['no-hub', true],
    ['wrong-flags', true],
  ])('%s: another model on the same image is tried: %s', async (cause, isTried) => {
    const other = plannedServer([cards[0]!], 'qwen2.5-7b-instruct')
    const stages = [night(), plannedStage([other], [plannedPart('alone', [other], [batch])])]
    const { diary, state } = await measured(boxPlanOf(cards, stages), {
      startFails: (server) => (server.id === other.id ? null : startError(cause)),
    })
    expect(state.steps.at(-1)).toMatchObject({ outcome: isTried ? 'done' : 'left-out', server: other.id })
    // the same model on the second card is tried only where the cause is that of one server
    expect(diary.includes('serve 1')).toBe(cause === 'wrong-flags')
  })

  test('a disk that takes no more ends all lanes, stops the servers, and is the reason of the night', async () => {
    const full = new DiskError('/out: cannot be written', null)
    const stopped: string[] = []
    const run: FakeBoxOptions['run'] = async (_, { part, server, drain }) => {
      if (part !== 'together') return null
      if (gpuOf(server) === '0') return { finished: [], error: full }
      await aborted(drain)
      stopped.push(gpuOf(server))
      return { finished: [], error: null }
    }
    const { ends, diary } = await measured(boxPlanOf(cards, [night(), night()]), { run })
    expect(ends).toBe('/out: cannot be written')
    expect(stopped).toEqual(['1'])
    expect(diary.slice(-2)).toEqual(['stop 0', 'stop 1'])
    expect(diary).not.toContain('begin 1 batch')
  })

  test('a calibration that fails is the reason of its run', async () => {
    const calibrate = async () => Promise.reject(new Error('client calibration failed: no memory'))
    const night = await measured(plan, { more: { calibrate } })
    expect(night.diary.some((line) => line.startsWith('begin'))).toBe(false)
    expect(texts(night)[0]).toBe('alone GPU-0 memory-probe failed: client calibration failed: no memory')
  })
})

/** Resolves when a signal is aborted. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

describe('resume', () => {
  /** A night that is interrupted in its run number `at`, from 1, and what a second one does. */
  async function interruptedAt(at: number, of = plan) {
    const out = newFolder()
    const stop = new AbortController()
    let count = 0
    const run: FakeBoxOptions['run'] = async () => {
      count += 1
      if (count < at) return null
      stop.abort()
      return { finished: [], error: new Error('interrupted') }
    }
    const cut = await measured(of, { run, more: { signal: stop.signal } }, { out })
    const kept: BoxStep[] = JSON.parse(readFileSync(boxStatePath(out), 'utf8')).steps
    const again = await measured(of, {}, { out, resume: true })
    return { cut, kept, again }
  }

  test.each([2, 3, 4, 5, 6])(
    'after an interrupt in run %d nothing is missing, and nothing is done twice',
    async (at) => {
      const { cut, kept, again } = await interruptedAt(at)
      expect(cut.diary.slice(-2)).toEqual(['stop 0', 'stop 1'])
      expect(kept.every(({ outcome }) => outcome === 'done')).toBe(true)
      expect(texts(again).toSorted()).toEqual(texts(await measured(plan)).toSorted())
      const alone = (lines: readonly { readonly part: string }[]) => lines.filter(({ part }) => part === 'alone').length
      expect(alone(again.places)).toBe(2 - alone(kept))
    },
  )

  test('cards side by side are measured again together where one of them is missing', async () => {
    // the second lane is cut in its last run, after the first lane ended
    const out = newFolder()
    const stop = new AbortController()
    const run: FakeBoxOptions['run'] = async ({ name }, { server, part }) => {
      if (part !== 'together' || name !== 'batch' || gpuOf(server) !== '1') return null
      stop.abort()
      return { finished: [], error: new Error('interrupted') }
    }
    await measured(plan, { run, more: { signal: stop.signal } }, { out })
    const { places, diary } = await measured(plan, {}, { out, resume: true })
    expect(diary.filter((line) => line.startsWith('begin'))).toEqual(['begin 0 batch', 'begin 1 batch'])
    expect(places.map(({ underLoad }) => underLoad.length)).toEqual([2, 2])
    expect(diary.filter((line) => line.startsWith('probe'))).toEqual([])
  })

  test('makes the missing starts', async () => {
    const twice = boxPlanOf(cards, [night({ number: 1, of: 2 }), night({ number: 2, of: 2 })])
    const { again } = await interruptedAt(8, twice)
    expect(again.state.steps.filter(({ outcome }) => outcome === 'done')).toHaveLength(12)
    expect(again.places.every(({ serverStart }) => serverStart.number === 2)).toBe(true)
  })

  test('a changed scenario, and what failed, run again; what is not planned any more is no part of the state', async () => {
    const out = newFolder()
    await measured(
      plan,
      { run: async ({ name }) => (name === 'batch' ? { finished: [], error: new Error('bad') } : null) },
      { out },
    )
    const changed = plannedRun('memory-probe', { outputTokens: 128 })
    const stage = plannedStage(servers, [plannedPart('together', servers, [changed, batch])])
    const { diary, state } = await measured(boxPlanOf(cards, [stage]), {}, { out, resume: true })
    expect(diary.filter((line) => line.startsWith('begin'))).toHaveLength(4)
    expect(state.steps).toHaveLength(4)
  })

  test('what is only left out this time stays done', async () => {
    const out = newFolder()
    await measured(plan, {}, { out })
    const state = plannedState(openBoxState(out, uuids, true), plan)
    const narrow = boxPlanOf(cards, [plannedStage([first!], [plannedPart('alone', [first!], [plannedRun('new')])])])
    const { state: after } = await measureBox(narrow, state, out, fakeBox().tools)
    expect(after.steps).toHaveLength(7)
  })

  test('a night that was complete starts nothing', async () => {
    const out = newFolder()
    await measured(plan, {}, { out })
    const { diary, state } = await measured(plan, {}, { out, resume: true })
    expect(diary).toEqual([])
    expect(state.steps).toHaveLength(6)
  })
})
