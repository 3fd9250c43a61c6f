import { describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../clock.ts'
import type { GpuRow } from '../../record/rows.ts'
import { smiFailure } from '../smi/failures.ts'
import { coreFields } from '../smi/fields.ts'
import type { SamplerEvent } from './events.ts'
import { type SamplerOptions, startSampler } from './sampler.ts'
import type { LoopEnd, StartLoop } from './smi-loop.ts'
import { loopLimits } from './watched-loop.ts'

/** A clock that moves only when told; sleepers wake in order of their time. */
function manualClock(
  startMs = 1_800_000_000_000,
): Clock & { advance(ms: number): Promise<void>; stop(ms: number): void } {
  let now = startMs
  const sleepers = new Set<{ dueMs: number; wake: () => void }>()
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  return {
    nowMs: () => now,
    wall: () => new Date(now),
    // time in which this process does not run: no sleeper wakes
    stop: (ms) => {
      now += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { dueMs: now + ms, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && resolve(), { once: true })
      }),
    advance: async (ms) => {
      const end = now + ms
      await settle()
      for (;;) {
        const next = [...sleepers].filter(({ dueMs }) => dueMs <= end).toSorted((a, b) => a.dueMs - b.dueMs)[0]
        if (!next) break
        now = Math.max(now, next.dueMs)
        sleepers.delete(next)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
  }
}

/** Children that are played by the test: each start is kept, with a way to print rows and to end. */
function scriptedLoops(clock: Clock) {
  const children: {
    print(stampErrorMs?: number): void
    say(line: string): void
    end(end: Partial<LoopEnd>): void
    args: readonly string[]
  }[] = []
  const startLoop: StartLoop = (args, onLine) => {
    const ended = Promise.withResolvers<LoopEnd>()
    const end = (over: Partial<LoopEnd>) =>
      ended.resolve({ returnCode: 0, signal: null, startError: null, stderr: '', tail: '', ...over })
    children.push({
      args,
      end,
      say: (line) => onLine(line, clock.nowMs()),
      print: (stampErrorMs = 0) => {
        const iso = new Date(clock.nowMs() + stampErrorMs).toISOString()
        const stamp = `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 23)}`
        onLine(`${stamp}, GPU-a, 300.00, 301.00, 1000, 97, 60, 2700, 10501, 60, P2, 0x0000000000000004`, clock.nowMs())
      },
    })
    return {
      ended: ended.promise,
      kill: () => end({ signal: 'SIGKILL' }),
      stop: async () => end({ signal: 'SIGTERM' }),
    }
  }
  return { children, startLoop }
}

async function begin(over: Partial<SamplerOptions> = {}) {
  const clock = manualClock()
  const { children, startLoop } = scriptedLoops(clock)
  const rows: GpuRow[] = []
  const events: SamplerEvent[] = []
  const starting = startSampler({
    nvidiaSmi: 'nvidia-smi',
    clock,
    originMs: clock.nowMs(),
    onRow: (row) => rows.push(row),
    onEvent: (event) => events.push(event),
    exec: async () => ({ kind: 'failed', absent: false, ...smiFailure('other', 'no help here') }),
    startLoop,
    ...over,
  })
  await clock.advance(0)
  /** Prints a row of the child of that number every 200 ms for a while. */
  const run = async (child: number, ms: number, stampErrorMs = 0) => {
    for (let passed = 0; passed < ms; passed += 200) {
      children[child]?.print(stampErrorMs)
      await clock.advance(200)
    }
  }
  return { clock, children, rows, events, starting, run }
}

describe('the life of a sampler', () => {
  it('asks for the core fields when the help list cannot be read', async () => {
    const { children, starting, run } = await begin()
    await run(0, 200)
    await (await starting).stop()
    expect(children[0]?.args).toEqual([
      `--query-gpu=${coreFields.map(({ name }) => name).join(',')}`,
      '--format=csv,noheader,nounits',
      '-lms',
      '200',
    ])
  })

  it.each([
    ['10 s on a machine whose nvidia-smi answers at once', 50, 10_000, 'no first row in 10 s'],
    ['three times a call on a machine whose driver loads for each call', 12_000, 36_000, 'no first row in 36 s'],
  ])('throws when the first row is not there after %s', async (_, callMs, limitMs, says) => {
    const { clock, starting, children } = await begin({ limits: loopLimits(callMs) })
    const outcome = expect(starting).rejects.toMatchObject({ message: expect.stringContaining(says) })
    await clock.advance(limitMs - 1)
    const ended = vi.fn()
    starting.catch(ended)
    await clock.advance(0)
    expect(ended).not.toHaveBeenCalled()
    await clock.advance(1)
    await outcome
    expect(children).toHaveLength(1)
  })

  it('waits for a first row that takes longer than any later row may, and goes on with the same child', async () => {
    const { clock, children, starting, run } = await begin({ limits: loopLimits(3000) })
    await clock.advance(9000)
    await run(0, 1000)
    const report = await (await starting).stop()
    expect(children).toHaveLength(1)
    expect(report).toMatchObject({ restarts: 0, gaveUp: null, rows: 5, events: [] })
  })

  it('does not blame the driver for a time in which this process itself was stopped', async () => {
    const { clock, children, starting, run } = await begin({ limits: loopLimits(50) })
    await run(0, 1000)
    const sampler = await starting
    clock.stop(6000)
    await clock.advance(2500)
    await run(0, 1000)
    expect(children).toHaveLength(1)
    expect(await sampler.stop()).toMatchObject({ restarts: 0, gaveUp: null, events: [] })
  })

  it('takes its limits from its options', async () => {
    const { clock, children, starting, run } = await begin({ limits: { firstRowMs: 500, silenceMs: 60_000 } })
    await run(0, 200)
    const sampler = await starting
    await clock.advance(59_000)
    expect(children).toHaveLength(1)
    await clock.advance(1200)
    expect(children).toHaveLength(2)
    await sampler.stop()
  })

  it('starts a child again that was silent for 3 s, and keeps the gap', async () => {
    const { clock, children, starting, run, events, rows } = await begin()
    await run(0, 2000)
    const sampler = await starting
    await clock.advance(3200)
    expect(children).toHaveLength(2)
    await run(1, 2000)
    const report = await sampler.stop()
    expect(report).toMatchObject({ restarts: 1, gaveUp: null, rows: 20 })
    expect(events).toEqual([
      { kind: 'lost', atMs: 1800, reason: expect.stringContaining('no row for 3 s'), message: expect.any(String) },
      {
        kind: 'gap',
        fromMs: 1800,
        toMs: 5200,
        reason: expect.stringContaining('no row for 3 s'),
        message: expect.stringContaining('1.8 to 5.2 s'),
      },
    ])
    expect(rows.map(({ timeMs }) => timeMs)).toEqual(rows.map(({ arrivalMs }) => arrivalMs))
  })

  it('starts a child again for as long as the run lasts, with pauses that double up to 10 s', async () => {
    const { clock, children, starting, run, events } = await begin()
    await run(0, 200)
    const sampler = await starting
    for (const [life, pauseMs] of [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000].entries()) {
      children[life]?.end({ returnCode: 9 })
      await clock.advance(pauseMs - 1)
      expect(children).toHaveLength(life + 1)
      await clock.advance(1)
      expect(children).toHaveLength(life + 2)
    }
    expect(events).toMatchObject([{ kind: 'lost', atMs: 0, reason: expect.stringContaining('driver is not loaded') }])
    await run(8, 400)
    children[8]?.end({ returnCode: 9 })
    await clock.advance(200)
    expect(children).toHaveLength(10)
    await run(9, 200)
    const report = await sampler.stop()
    expect(report).toMatchObject({ restarts: 9, gaveUp: null })
    expect(events.map(({ kind }) => kind)).toEqual(['lost', 'gap', 'lost', 'gap'])
  })

  it('keeps the message of a loop that cannot start once, however often it is started', async () => {
    const { clock, children, starting, run, events } = await begin()
    await run(0, 200)
    const sampler = await starting
    for (let life = 0; life < 4; life += 1) {
      children[life]?.say('Failed to initialize NVML: Unknown Error')
      children[life]?.end({ returnCode: 255 })
      await clock.advance(5000)
    }
    await sampler.stop()
    expect(events.map(({ kind }) => kind)).toEqual(['device-line', 'lost', 'gave-up'])
  })

  it('says why there are no samples at the end', async () => {
    const { clock, children, starting, run, events } = await begin()
    await run(0, 400)
    const sampler = await starting
    children[0]?.end({ returnCode: 15 })
    await clock.advance(60_000)
    const report = await sampler.stop()
    expect(report.gaveUp).toMatch(/^no samples since 0.2 s, after \d restarts: no first row in 10 s/)
    expect(events[0]).toMatchObject({ kind: 'lost', reason: expect.stringContaining('fell off the bus') })
    expect(events.at(-1)?.kind).toBe('gave-up')
  })

  it('samples only the cards that it was given', async () => {
    const { children, starting, run } = await begin({ uuids: ['GPU-a', 'GPU-b'] })
    await run(0, 200)
    await (await starting).stop()
    expect(children[0]?.args.slice(2)).toEqual(['-i', 'GPU-a,GPU-b', '-lms', '200'])
  })

  it('names a card whose rows have lost their UUID, once', async () => {
    const { clock, children, starting, run, events } = await begin()
    await run(0, 200)
    const sampler = await starting
    const lost = Array.from({ length: 11 }, () => '[GPU is lost]').join(', ')
    for (let row = 0; row < 3; row += 1) children[0]?.say(`2026/11/25 22:08:07.754, ${lost}`)
    await clock.advance(200)
    expect((await sampler.stop()).rows).toBe(1)
    expect(events).toMatchObject([{ kind: 'sick-value', uuid: '[GPU is lost]', field: 'uuid' }])
  })

  it('logs a step of the wall clock once and places the rows on both sides of it', async () => {
    const { starting, run, events, rows } = await begin()
    await run(0, 3000)
    await run(0, 3000, -700)
    const report = await (await starting).stop()
    expect(report.events).toEqual(events)
    expect(events).toMatchObject([{ kind: 'clock-step', atMs: 3000, stepMs: -700 }])
    expect(rows.map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 30 }, (_, index) => index * 200))
  })

  it('gives rows that it still held when it stops', async () => {
    const { starting, run, rows } = await begin()
    await run(0, 400)
    const sampler = await starting
    expect(rows).toHaveLength(0)
    await sampler.stop()
    expect(rows.map(({ timeMs }) => timeMs)).toEqual([0, 200])
  })
})
