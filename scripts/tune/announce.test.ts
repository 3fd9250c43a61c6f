import { describe, expect, test } from 'vitest'
import { cardTimeWith, sumOfTimes } from '../../harness/plan/card-time.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import type { AnnouncedSettings } from '../../harness/tune/settings/types.ts'
import { announcement, announcer } from './announce.ts'
import { askedTuning, type TuneFlags } from './tune-flags.ts'
import { askedPoints, tunedLoads, tuningTimes } from './tuned-loads.ts'

const closed = scenarioFileSchema.parse({
  name: 'chat',
  title: 'Chat',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 8 },
  prompt: { tokens: 32 },
  output: { tokens: 16 },
})
const rates = { ...closed, load: { shape: 'sweep', ratePerS: [1, 2] } } as typeof closed

const settings: AnnouncedSettings = {
  found: [
    {
      ...{ uuid: 'GPU-a', index: 0, name: 'NVIDIA A', busId: null, powerLimitW: 450, enforcedLimitW: 450 },
      ...{ defaultLimitW: 450, minLimitW: 150, maxLimitW: 600, maxSmClockMHz: 3000, isPersistent: true },
    },
  ],
  notices: ['a notice'],
  commands: ({ powerLimitW, smClockMHz }) => [`set ${powerLimitW} ${smClockMHz}`],
  commandsBack: (clocks) => [`back${clocks ? ' with clocks' : ''}`],
}
const flags = (over: Partial<TuneFlags>): TuneFlags => ({ out: 'results', calibrate: true, progress: true, ...over })

function said(over: Partial<TuneFlags>): string {
  const asked = askedTuning(flags(over))
  const loads = tunedLoads(closed, asked.concurrencies)
  const points = askedPoints(asked, loads, settings.found)
  const plan = { blocks: 3, seed: 7, trials: 1, folder: 'results/tune-x' }
  return announcement({ title: 'Chat', settings, points, loads, ...plan }).join('\n')
}

describe('before a card is set a person reads', () => {
  test('which cards, the points, every line that is typed, those at the end, and how to restore after a power cut', () => {
    const text = said({ powerLimits: '300,450' })
    for (const part of [
      'tuning Chat on GPU 0 NVIDIA A (GPU-a), found at 450 W',
      'power limits of 300, 450 W: 2 points, in at most 3 blocks with every point once in a shuffled order (seed 7)',
      '    set 300 null\n    set 450 null\n  and at the end, whatever happens:\n    back\n',
      'after a power cut: joulemark tune --restore results/tune-x',
      'note: a notice',
    ]) {
      expect(text).toContain(part)
    }
  })

  test('that clocks are given back too, and each line once for a grid of streams', () => {
    const text = said({ clocks: '1500,1800', concurrency: '1,8' })
    expect(text).toContain('SM clocks of 1500, 1800 MHz x 1, 8 streams: 4 points')
    expect(text).toContain(
      '    set null 1500\n    set null 1800\n  and at the end, whatever happens:\n    back with clocks\n',
    )
  })

  test('the range of a search, which is that of the card', () => {
    const text = said({ powerLimits: 'auto' })
    expect(text).toContain('power limits from 150 to 450 W, to 25 W')
    expect(text).toContain('for limits from 150 to 450 W:')
  })
})

test('a tuning has the time of each point in each block, with the trials that are asked for', () => {
  const loads = tunedLoads(closed, [1, 8])
  const points = askedPoints(askedTuning(flags({ powerLimits: '300,450' })), loads, settings.found)
  const { minS, maxS } = cardTimeWith(closed, 1)
  const times = tuningTimes('minW' in points ? [] : points, loads, { blocks: 3, trials: 1 })
  expect(times).toHaveLength(3 * 4)
  expect(sumOfTimes(times)).toEqual({ minS: 12 * minS, maxS: 12 * maxS })
})

test('an announcement is said once, and then only what has turned out to be different', () => {
  const lines: string[] = []
  const announce = announcer((line) => lines.push(line))
  announce(['tuning', '  sudo -n nvidia-smi -pl 300', '  at the end'])
  announce(['tuning', '  sudo -n nvidia-smi -pl 300', '  at the end'])
  expect(lines).toHaveLength(3)
  announce(['tuning', '  nvidia-smi -pl 300', '  at the end'])
  expect(lines.slice(3)).toEqual([expect.stringMatching(/this is different:$/), '  nvidia-smi -pl 300'])
})

describe('what is asked', () => {
  test.each([
    [{}, /^tune sets a limit or a clock: --power-limits/],
    [{ powerLimits: 'auto', clocks: '1500' }, /^--power-limits auto searches limits alone/],
    [{ powerLimits: '300..250:25' }, /a range goes from the lower end/],
    [{ powerLimits: '300', clocksBefore: '1800' }, /^--clocks-before 1800: expected MIN,MAX in MHz/],
    [{ powerLimits: '300', endpoint: 'http://a:1', simulate: 'rtx-4090' }, /exclude each other/],
  ])('%j is refused in one line', (over, line) => {
    expect(() => askedTuning(flags(over))).toThrow(line)
  })

  test('a load without a number of streams is refused with --concurrency, and a sweep of rates without it', () => {
    expect(() => tunedLoads(rates, [1, 8])).toThrow(/^scenario chat: --concurrency needs a text scenario/)
    expect(() => tunedLoads(rates, null)).toThrow(/^scenario chat: its load is a sweep of rates/)
    expect(tunedLoads(closed, null)).toMatchObject([{ concurrency: 8, file: { name: 'chat' } }])
    expect(tunedLoads(closed, [1, 8]).map(({ file, concurrency }) => [file.name, file.title, concurrency])).toEqual([
      ['chat-c1', 'Chat, 1 stream', 1],
      ['chat-c8', 'Chat, 8 streams', 8],
    ])
  })

  test('a search never goes above the limit at which a card was found, unless limits are named', () => {
    const at = (powerLimitW: number) => settings.found.map((card) => ({ ...card, powerLimitW }))
    const range = (powerLimitW: number, powerLimits = 'auto') =>
      askedPoints(askedTuning(flags({ powerLimits })), tunedLoads(closed, null), at(powerLimitW))
    expect(range(300)).toMatchObject({ minW: 150, maxW: 300 })
    // the default of the card, though it was found higher
    expect(range(600)).toMatchObject({ minW: 150, maxW: 450 })
    expect(range(300, '300,450')).toMatchObject([{ setting: { powerLimitW: 300 } }, { setting: { powerLimitW: 450 } }])
    expect(() => range(150)).toThrow(/there is nothing between: name limits, such as --power-limits 150\.\.250:25/)
  })

  test('a card that reports no range of limits cannot be searched', () => {
    const asked = askedTuning(flags({ powerLimits: 'auto' }))
    const bare = settings.found.map((card) => ({ ...card, minLimitW: null }))
    expect(() => askedPoints(asked, tunedLoads(closed, null), bare)).toThrow(/report no range of power limits/)
  })
})
