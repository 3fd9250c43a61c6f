import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import { ended, fleetOf, type Script, scriptedEngine } from '../testing/fleet-builder.ts'
import { steppedClock } from '../testing/stepped-clock.ts'
import { continued, newCampaign } from './campaign.ts'
import { conduct } from './conduct.ts'
import type { Conduct } from './conduct-given.ts'
import { knownBoxes } from './known-boxes.ts'
import type { Campaign } from './state.ts'

const none = new AbortController().signal

interface Play {
  readonly script?: Script
  readonly unusable?: Readonly<Record<string, string>>
  readonly over?: Partial<Conduct>
  readonly from?: Campaign
}

async function play(fleet: Fleet, { script = {}, unusable = {}, over = {}, from }: Play = {}) {
  const played = scriptedEngine(script, unusable)
  const said: string[] = []
  const kept: Campaign[] = []
  const known = await knownBoxes(fleet, played.engine, none)
  const at = new Date(0)
  const campaign = from === undefined ? newCampaign(fleet, known, at) : continued(from, fleet, known, at)
  const state = await conduct(campaign, {
    ...{ fleet, place: { id: campaign.id, out: '/out' }, engine: played.engine, clock: steppedClock(), pollMs: 1000 },
    ...{ keep: (one) => kept.push(one), say: (line) => said.push(line), signal: none },
    runsIn: async () => 1,
    judge: async () => ({ goOn: true, reason: 'good' }),
    ...over,
  })
  const boxes = Object.fromEntries(state.boxes.map((box) => [box.box, box]))
  return { state, boxes, said, kept, ...played }
}

test('every box is measured once, a few at a time, and what is kept is what is returned', async () => {
  const { state, submitted, most, kept } = await play(fleetOf(['a', 'b', 'c', 'd', 'e'], { atOnce: 2 }))
  expect(state.boxes.map(({ box, state: each, exitCode, runs }) => [box, each, exitCode, runs])).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((box) => [box, 'measured', 0, 1]),
  )
  expect(submitted.map(({ box }) => box)).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(most()).toBe(2)
  expect(kept.at(-1)).toEqual(state)
})

test('a box that takes no job is reported in the words of the engine, and not submitted', async () => {
  const { boxes, submitted } = await play(fleetOf(['a', 'b']), { unusable: { b: 'drained: fan 3' } })
  expect(boxes['b']).toMatchObject({ state: 'unusable', reason: 'drained: fan 3' })
  expect(submitted.map(({ box }) => box)).toEqual(['a'])
})

test('an engine that answers for all jobs at once: what it refuses is reported, and asked for once', async () => {
  const played = scriptedEngine({})
  let asked = 0
  const submit: typeof played.engine.submit = async (jobs, signal) => {
    asked += 1
    const [a] = await played.engine.submit(jobs.slice(0, 1), signal)
    return [a!, { handle: null, reason: 'Make the folder of the job: No route' }]
  }
  const { boxes } = await play(fleetOf(['a', 'b']), { over: { engine: { ...played.engine, submit } } })
  expect(boxes).toMatchObject({
    a: { state: 'measured' },
    b: { state: 'refused', reason: expect.stringContaining('No route') },
  })
  expect(asked).toBe(1)
})

describe('what the engine lost is tried again, a bad result never', () => {
  const node = [{ state: 'lost', kind: 'node', reason: 'the node failed' }] as const
  test('a second try under a name of its own', async () => {
    const { boxes, submitted } = await play(fleetOf(['a']), { script: { a: [node, ended(0)] } })
    expect(boxes['a']).toMatchObject({ state: 'measured', attempt: 2, losses: 1 })
    expect(submitted.map(({ id }) => id.replace(/^.*-a-/, ''))).toEqual(['1', '2'])
  })

  test('as often as it may be', async () => {
    const { boxes, submitted } = await play(fleetOf(['a'], { retries: 2 }), { script: { a: [node] } })
    expect(boxes['a']).toMatchObject({ state: 'lost', lossKind: 'node', reason: 'the node failed', losses: 3 })
    expect(submitted).toHaveLength(3)
  })

  test.each([
    ['a loss', ended(1), { state: 'measured', exitCode: 1 }],
    ['a failure on the box', ended(3), { state: 'failed', reason: 'exit code 3: server, card or disk failed' }],
    ['one that was cancelled', [{ state: 'lost', kind: 'cancelled', reason: 'cancelled' }], { state: 'lost' }],
    ['one that took too long', [{ state: 'lost', kind: 'time-limit', reason: 'late' }], { state: 'lost' }],
  ] as const)('%s', async (_, states, expected) => {
    const { boxes, submitted } = await play(fleetOf(['a']), { script: { a: [states] } })
    expect(boxes['a']).toMatchObject(expected)
    expect(submitted).toHaveLength(1)
  })

  test('an answer without any run is none: a program that crashes may end with 1', async () => {
    const { boxes } = await play(fleetOf(['a']), { script: { a: [ended(1)] }, over: { runsIn: async () => 0 } })
    expect(boxes['a']).toMatchObject({ state: 'failed', reason: 'exit code 1, but it left no run' })
  })
})

describe('the canary', () => {
  const fleet = fleetOf(['a', 'b', 'c'], { canary: { boxes: ['b'], goOn: 'no-regression' } })
  test('is measured and judged before any other box starts', async () => {
    const seen: string[][] = []
    const { state, submitted } = await play(fleet, {
      over: {
        judge: async ({ boxes }) => {
          seen.push(boxes.map((box) => `${box.box} ${box.state}`))
          return { goOn: true, reason: 'good' }
        },
      },
    })
    expect(seen).toEqual([['b measured', 'a planned', 'c planned']])
    expect(submitted.map(({ box }) => box)).toEqual(['b', 'a', 'c'])
    expect(state.canary).toEqual({ goOn: true, reason: 'good' })
  })

  test('that is not good holds the others back, and a resumed campaign judges it again', async () => {
    const bad = { judge: async () => ({ goOn: false, reason: 'a loss of 6 %' }) }
    const { state, submitted, said } = await play(fleet, { over: bad })
    expect(submitted.map(({ box }) => box)).toEqual(['b'])
    expect(state.boxes.map(({ state: each }) => each)).toEqual(['measured', 'held', 'held'])
    expect(said).toContain('canary: a loss of 6 %')
    const again = await play(fleet, { from: state })
    expect(again.submitted.map(({ box }) => box)).toEqual(['a', 'c'])
    expect(again.state.boxes.every((box) => box.state === 'measured')).toBe(true)
  })
})

describe('a maintenance window', () => {
  // the clock begins on Thursday 1970-01-01 at 00:00 UTC
  const window = { days: ['thu'], from: '02:00', to: '04:00', timeZone: 'UTC' } as const
  const given = (timeLimit: number) => fleetOf(['a'], { window: { ...window, days: ['thu'] }, timeLimit })
  test('is waited for, and the job is to end with it', async () => {
    const { boxes, submitted, said } = await play(given(3600))
    expect(boxes['a']).toMatchObject({ state: 'measured' })
    expect(said[0]).toBe('waiting for the maintenance window: 1970-01-01T02:00 UTC')
    expect(submitted[0]!.endWithinS).toBe(7200)
  })

  test('that closes before a job starts is no loss: the box starts in the next one', async () => {
    const closed = [{ state: 'lost', kind: 'window', reason: 'closed' }] as const
    const { boxes, submitted } = await play(given(7000), { script: { a: [closed, ended(0)] } })
    expect(boxes['a']).toMatchObject({ state: 'measured', losses: 0, attempt: 2 })
    expect(submitted).toHaveLength(2)
  })
})

describe('a job that the window cut', () => {
  const window = { days: ['thu', 'fri', 'sat', 'sun'], from: '02:00', to: '04:00', timeZone: 'UTC' } as const
  const fleet = fleetOf(['a'], { window: { ...window, days: [...window.days] }, timeLimit: 3600, retries: 1 })
  test('while it ran is a loss: it is tried as often as others, not every night', async () => {
    const cut = [{ state: 'running' }, { state: 'lost', kind: 'window', reason: 'closed' }] as const
    const { boxes, submitted } = await play(fleet, { script: { a: [cut, cut, ended(0)] } })
    expect(boxes['a']).toMatchObject({ state: 'lost', lossKind: 'window', losses: 2 })
    expect(submitted).toHaveLength(2)
  })
})

describe('a box that was being submitted when the process was killed', () => {
  const window = { days: ['thu'], from: '02:00', to: '04:00', timeZone: 'UTC' } as const
  const fleet = fleetOf(['a'], { window: { ...window, days: ['thu'] }, timeLimit: 3600 })
  const cut = async () =>
    (await play(fleet)).kept.find(({ boxes: [a] }) => a!.state === 'submitted' && a!.handle === null)!

  test('and of which the engine has no job waits for the window, as the same try', async () => {
    const { submitted, said } = await play(fleet, { from: await cut() })
    expect(said[0]).toBe('waiting for the maintenance window: 1970-01-01T02:00 UTC')
    expect(submitted).toMatchObject([{ id: expect.stringMatching(/-a-1$/), endWithinS: 7200 }])
  })

  test('and that takes no job any more is not submitted', async () => {
    const { boxes, submitted } = await play(fleet, { from: await cut(), unusable: { a: 'drained' } })
    expect([boxes['a']!.state, submitted.length]).toEqual(['unusable', 0])
  })
})

describe('records that cannot be fetched', () => {
  /** An engine whose first fetches fail. */
  const failing = (times: number) => {
    const { engine, submitted } = scriptedEngine({})
    let failed = 0
    const collect = async () => {
      failed += 1
      if (failed <= times) throw new JoulemarkError('environment', 'ssh: Connection timed out')
    }
    return { submitted, engine: { ...engine, collect } }
  }

  test('for some rounds are brought then, and the box is measured once', async () => {
    const { engine, submitted } = failing(3)
    const { boxes, said, kept } = await play(fleetOf(['a']), { over: { engine } })
    expect(boxes['a']).toMatchObject({ state: 'measured', reason: null, exitCode: 0 })
    expect(submitted).toHaveLength(1)
    expect(said).toContain('a: ended, exit code 0: records not brought yet: ssh: Connection timed out')
    // killed meanwhile, it goes on with the fetching
    const before = kept.find((campaign) => campaign.boxes[0]!.exitCode === 0)!
    const again = await play(fleetOf(['a']), { from: before })
    expect(again.boxes['a']!.state).toBe('measured')
    expect(again.submitted).toEqual([])
  })

  test.each([0, 1])('are asked for first with --resume, where %i runs are there', async (runs) => {
    const first = failing(99)
    const { state, boxes } = await play(fleetOf(['a']), { over: { engine: first.engine, runsIn: async () => runs } })
    expect(boxes['a']).toMatchObject({
      state: runs === 0 ? 'failed' : 'measured',
      reason: expect.stringContaining('records not brought: ssh'),
    })
    const again = await play(fleetOf(['a']), { from: state })
    expect(again.boxes['a']).toMatchObject({ state: 'measured', reason: null, attempt: 1 })
    expect(again.submitted).toEqual([])
  })

  test('and are not to be had with --resume either are measured again', async () => {
    const { state } = await play(fleetOf(['a']), { over: { engine: failing(99).engine, runsIn: async () => 0 } })
    const { engine, submitted } = failing(5)
    const again = await play(fleetOf(['a']), { from: state, over: { engine, runsIn: async () => submitted.length } })
    expect(again.boxes['a']).toMatchObject({ state: 'measured', attempt: 2 })
  })
})

describe('an engine that does not answer', () => {
  test('is asked again; nothing is submitted twice', async () => {
    const { engine } = scriptedEngine({})
    let asked = 0
    const flaky: typeof engine = {
      ...engine,
      follow: async (...words) => {
        asked += 1
        if (asked < 3) throw new JoulemarkError('environment', 'squeue: cannot contact the controller')
        return engine.follow(...words)
      },
    }
    const { boxes, said } = await play(fleetOf(['a']), { over: { engine: flaky } })
    expect(boxes['a']!.state).toBe('measured')
    expect(said.filter((line) => line.endsWith('; asking again'))).toHaveLength(2)
  })

  test('a disk that takes no state ends the campaign', async () => {
    const keep = () => {
      throw new DiskError('no space left', null)
    }
    await expect(play(fleetOf(['a']), { over: { keep } })).rejects.toThrow('no space left')
  })
})

test('a job that waits for a box which was drained meanwhile is given up', async () => {
  const unusable: Record<string, string> = {}
  const played = scriptedEngine({ a: [[{ state: 'waiting', reason: 'Resources' }]] }, unusable)
  const engine: typeof played.engine = {
    ...played.engine,
    follow: async (...words) => {
      unusable['a'] = 'drained: RMA'
      return played.engine.follow(...words)
    },
  }
  const { boxes } = await play(fleetOf(['a']), { over: { engine } })
  expect(boxes['a']).toMatchObject({ state: 'unusable', reason: 'drained: RMA' })
  expect(played.cancelled).toEqual(['a'])
})

describe('a campaign that was cut', () => {
  test('at any change of its state is continued: every box is submitted once for each try, and measured', async () => {
    const fleet = fleetOf(['a', 'b', 'c'], { atOnce: 2, canary: { boxes: ['c'], goOn: 'always' } })
    const whole = await play(fleet)
    for (const cut of whole.kept) {
      const { state, submitted } = await play(fleet, { from: cut })
      expect(state.boxes.map(({ state: each }) => each)).toEqual(['measured', 'measured', 'measured'])
      const before = new Set(cut.boxes.flatMap(({ handle }) => handle?.id ?? []))
      // a box without a handle was being submitted: its job has the same name, so that the engine finds it
      expect(submitted.filter(({ id }) => before.has(id))).toEqual([])
    }
  })

  test('by an interrupt submits nothing more, and its state says what the engine has', async () => {
    const stop = new AbortController()
    const { state, submitted } = await play(fleetOf(['a', 'b'], { atOnce: 1 }), {
      script: { a: [[{ state: 'running' }]] },
      over: {
        signal: stop.signal,
        keep: ({ boxes }) => {
          if (boxes[0]!.running) stop.abort()
        },
      },
    })
    expect(submitted.map(({ box }) => box)).toEqual(['a'])
    expect(state.boxes.map(({ state: each }) => each)).toEqual(['submitted', 'planned'])
  })

  test('by an interrupt while boxes are submitted knows each job that the engine has', async () => {
    const stop = new AbortController()
    const played = scriptedEngine({})
    const submit: typeof played.engine.submit = async (jobs, signal, take) => {
      await played.engine.submit(jobs.slice(0, 1), signal, take)
      // the second one is made, and its answer is not seen
      await played.engine.submit(jobs.slice(1, 2), signal)
      stop.abort()
      throw new JoulemarkError('environment', 'sbatch: interrupted')
    }
    const { boxes } = await play(fleetOf(['a', 'b', 'c'], { atOnce: 3 }), {
      over: { signal: stop.signal, engine: { ...played.engine, submit } },
    })
    expect(boxes).toMatchObject({
      a: { state: 'submitted', handle: { native: '1' } },
      b: { state: 'submitted', handle: { native: '2' } },
      c: { state: 'planned', attempt: 0 },
    })
  })

  test('is not continued with other work, and takes boxes that were added', async () => {
    const { state } = await play(fleetOf(['a']))
    await expect(play(fleetOf(['a'], { scenarios: ['other'] }), { from: state })).rejects.toThrow('asks for other work')
    const more = await play(fleetOf(['b', 'a']), { from: state })
    expect(more.submitted.map(({ box }) => box)).toEqual(['b'])
  })
})
