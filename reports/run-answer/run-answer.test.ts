import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { recompute } from '../../harness/evidence/recompute.ts'
import { readTrialRows } from '../../harness/evidence/trial-rows.ts'
import { gateEntries } from '../../harness/gates/table.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readRun } from '../../harness/record/read.ts'
import type { Gate } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { tablesOnTerminal } from '../render/terminal.ts'
import { sourceOf } from '../report-source.ts'
import { type EndedRun, runAnswer } from './answer.ts'
import { gateLines } from './gate-lines.ts'
import { linesText } from './lines.ts'
import { severalAnswer } from './several.ts'

/** Runs that the simulator really made, with every figure computed again from their rows by this version. */
let examples: readonly EndedRun[]
beforeAll(async () => {
  const folder = fileURLToPath(new URL('../examples/runs', import.meta.url))
  examples = await Promise.all(
    (await findRuns([folder])).map(async (directory) => {
      const { record } = await readRun(directory)
      return { record: { ...record, ...recompute(record, await readTrialRows(directory)) }, directory: 'results/run' }
    }),
  )
})

const at80 = { columns: 80, color: false }
const answerOf = (run: EndedRun, terminal = at80) => runAnswer(run, catalogueFacts(), terminal)
const made = (over: Partial<RunOverrides>) =>
  answerOf({
    record: makeRun({ card: 'rtx-4090', name: 'RTX 4090', trialList: [makeTextTrial()], ...over }),
    directory: 'results/run',
  })
const gate = (id: string, status: Gate['status'], evidence = 'why', required = true): Gate => ({
  id,
  status,
  required,
  evidence,
})

describe('the answer of a real run of text', () => {
  test('has at most 25 lines, none wider than 80 columns', () => {
    expect(examples.length).toBeGreaterThan(3)
    for (const run of examples) {
      const lines = answerOf(run).trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(25)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    }
  })

  test('has the four latencies with their percentiles in ms, and one reason for each kind of dash', () => {
    const run = examples.find(({ record }) => record.scenario.title.includes('16 streams'))
    const lines = answerOf(run as EndedRun).split('\n')
    expect(lines.find((line) => line.startsWith('ms'))?.split(/ +/)).toEqual(['ms', 'p50', 'p90', 'p95', 'p99'])
    for (const name of ['TTFT', 'TPOT', 'ITL', 'E2E']) {
      const cells = lines
        .find((line) => line.startsWith(`${name} `))
        ?.split(/ +/)
        .slice(1)
      expect(cells).toHaveLength(4)
      expect(cells?.slice(0, 3).every((cell) => Number(cell.replaceAll(',', '')) > 0)).toBe(true)
    }
  })

  test('says SIMULATED in a line of its own, once', () => {
    const text = answerOf(examples[0] as EndedRun)
    expect(text.match(/SIMULATED/g)).toHaveLength(1)
    expect(text).toMatch(/^SIMULATED: no GPU was measured/m)
  })

  test('is one line per cause at any width, and whole where it goes to a file', () => {
    const { record } = examples[0] as EndedRun
    const busy = gate(
      'client-headroom',
      'fail',
      `event-loop delay p99 9.0 ms; ${'calibration: TTFT error; '.repeat(4)}`,
    )
    const gates = record.gates.map((each) => (each.id === busy.id ? busy : each))
    const run = { record: { ...record, gates }, directory: 'results/run' }
    expect(answerOf(run, { columns: 40, color: false })).toMatch(/^ {2}fail +client-headroom \*.*…$/m)
    expect(runAnswer(run, catalogueFacts(), { columns: null, color: false })).not.toContain('…')
  })
})

describe('first figures', () => {
  test('with interval, unit and share of the limit; goodput only within an SLO', () => {
    const result = { outputTokensPerS: [1380, 1366, 1394], tokensPerJ: 5.52, goodputRequestsPerS: 4.5 } as const
    expect(made({ result, slo: { ttftMs: 500 } })).toMatch(
      /^Output {4}1,380 ±14 tokens\/s, \d+\s% of the physical limit\nEnergy {4}5\.520 tokens\/J/m,
    )
    expect(made({ result, slo: { ttftMs: 500 } })).toContain('Goodput   4.50 requests/s within TTFT 500\u00a0ms')
    expect(made({ result })).not.toContain('Goodput')
  })

  test('a machine without nvidia-smi: dashes, and the cause once', () => {
    const why = 'no nvidia-smi on PATH: power and memory cannot be measured'
    const text = made({
      result: { outputTokensPerS: 1380, tokensPerJ: why, meanPowerW: why, peakMemoryMiB: why },
      gates: [
        gate('card-match', 'not-measured', why),
        gate('energy-coverage', 'not-measured', why),
        gate('physical-limit', 'not-measured', `no limit without a card: ${why}`),
        gate('ecc', 'not-measured', why, false),
      ],
      more: { gpusReason: why, quotable: false },
    })
    expect(text.replace(/\n +/g, ' ').split(why)).toHaveLength(2)
    expect(text).toContain('Energy    — tokens/J · — W')
    expect(text.replace(/\n +/g, ' ')).toContain('(card-match *, energy-coverage *, physical-limit * and 1 more)')
  })

  test('out of memory is the answer, without a figure', () => {
    const text = made({ oom: '39.8 GB of weights on 24 GB', trialList: [] })
    expect(text).toContain('out of memory: 39.8 GB of weights on 24 GB')
    expect(text).not.toContain('Output')
  })
})

describe('gates', () => {
  test('those of another kind of run are not counted; optional ones that cannot be read are one line', () => {
    const text = made({
      gates: [
        gate('error-rate', 'pass'),
        gate('input-tokens', 'not-measured', 'does not apply to a run of kind text', false),
        gate('ecc', 'not-measured', 'ECC is off', false),
        gate('server-power', 'not-measured', 'no meter', false),
      ],
    })
    expect(text).toContain('no: 1 of 3 gates passed; ')
    expect(text).toMatch(/^ {2}not measured ecc, server-power$/m)
    expect(text).not.toContain('input-tokens')
  })

  test('a fault of the card is named first and explained, whatever gate stands before it in the table', () => {
    const gates = [gate('client-headroom', 'fail'), gate('throttle', 'fail', 'hardware slowdown 100 %', false)]
    const text = made({ gates })
    expect(text).toMatch(/^ {2}fail +throttle: hardware slowdown 100 %\n {2}fail +client-headroom \*/m)
    expect(text).toContain('explain gate throttle')
  })

  test('that there was no trial is no gate to explain', () => {
    const text = made({ gates: [gate('client-headroom', 'not-measured', 'no trial was run')], trialList: [] })
    expect(text).toContain('no trial was run')
    expect(text).not.toContain('explain gate')
  })

  test('what blocks a quote is counted as it is shown: failures, and required gates that were not measured', () => {
    const gates = [
      gate('live-source', 'fail', 'SIMULATED: driver'),
      gate('client-headroom', 'fail'),
      gate('throttle', 'fail', 'slow', false),
      gate('token-audit', 'not-measured'),
      gate('clock', 'warn', 'a step', false),
      gate('server-power', 'not-measured', 'no meter', false),
      gate('input-tokens', 'not-measured', 'does not apply to a run of kind text', false),
    ]
    const whole = gateEntries.flatMap(([id]) => (gates.some((each) => each.id === id) ? [] : [gate(id, 'pass')]))
    const record = makeRun({ card: 'rtx-4090', source: 'simulated', gates: [...gates, ...whole] })
    const text = runAnswer({ record, directory: 'a' }, catalogueFacts(), { columns: null, color: false })
    const all = gateEntries.filter(([, { kinds }]) => (kinds as readonly string[]).includes('text')).length
    expect(text).toContain(`no: ${all - 6} of ${all} gates passed; simulated; 2 failed; 1 required (*) not measured`)
    expect(text.match(/^ {2}fail /gm)).toHaveLength(2)
    const { pass, warn, fail, notMeasured } = sourceOf(record).gates
    expect([pass, warn, fail, notMeasured]).toEqual([all - 6, 1, 3, 2])
  })

  test('many causes are counted, so that the answer stays short', () => {
    const ids = [
      'live-source',
      'serving-card',
      'card-health',
      'precision',
      'power-limit',
      'energy-coverage',
      'speculation',
      'clock',
      'endpoint-model',
      'card-match',
      'client-headroom',
      'error-rate',
      'token-audit',
      'steady-state',
      'throttle',
    ]
    const text = made({ gates: ids.map((id) => gate(id, 'fail', `why ${id}`)) })
    expect(text.match(/^ {2}fail /gm)?.length).toBeGreaterThanOrEqual(3)
    expect(text).toMatch(/^ {2}and \d+ more gates \(--verbose\): .*…$/m)
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25)
    expect(text).toContain('explain gate card-health')
  })

  test('where rows are scarce, one line counts every other gate, those that could not be read among them', () => {
    const fails = ['client-headroom', 'error-rate', 'token-audit', 'steady-state'].map((id) => gate(id, 'fail', id))
    const gates = [...fails, gate('ecc', 'not-measured', 'not read', false)]
    const record = makeRun({ card: 'rtx-4090', name: 'RTX 4090', trialList: [makeTextTrial()], gates })
    const lines = gateLines(record, 2, (of) => of.length).map(({ text }) => text)
    expect(lines).toHaveLength(4)
    expect(lines.at(-1)).toMatch(/^ {2}and 3 more gates \(--verbose\): .*, ecc$/)
  })

  test('a run that is complete but not signed cannot be quoted, and nothing offers a quote', () => {
    const text = made({ gates: gateEntries.map(([id]) => gate(id, 'pass')) })
    expect(text).toMatch(/^Quotable {2}no: not signed; joulemark key new .+\s+\(\d+ of \d+ gates/m)
    expect(text).not.toContain(' quote ')
  })

  test('what a command does stands below it where both are wider than the terminal', () => {
    const record = makeRun({ card: 'rtx-4090', name: 'RTX 4090', trialList: [makeTextTrial()] })
    const directory = `/srv/measured/${'a'.repeat(30)}/run`
    const text = runAnswer({ record, directory }, catalogueFacts(), at80)
    expect(text).toMatch(/ report \S+ --format html\n {8}a page with charts\n/)
    expect(runAnswer({ record, directory }, catalogueFacts(), { columns: null, color: false })).toMatch(
      / report \S+ --format html {3}a page with charts\n/,
    )
  })
})

describe('several runs', () => {
  const severalText = (runs: readonly EndedRun[]) => {
    const { head, tables, lines } = severalAnswer(runs, catalogueFacts())
    return `${linesText(head, at80)}${tablesOnTerminal(tables, { columns: 80 })}${linesText(lines, at80)}`
  }

  test('a sweep is a table of load points, SIMULATED said once above it', () => {
    const text = severalText(examples)
    expect(text.match(/^16$|^16 /gm)?.length).toBeGreaterThan(0)
    expect(text).toMatch(/^SIMULATED: no GPU was measured/)
    expect(text).not.toContain('ˢ')
    expect(text).toMatch(/^Quotable {2}0 of \d runs$/m)
  })

  test('a run that is not signed does not count as quotable, as it is not one alone', () => {
    const gates = gateEntries.map(([id]) => gate(id, 'pass'))
    const run = (signature: object) => ({
      record: {
        ...makeRun({ card: 'rtx-4090', gates, result: { outputTokensPerS: 1380 } }),
        quotable: true,
        ...signature,
      },
      directory: 'results/a',
    })
    const signature = { algorithm: 'ed25519' as const, publicKey: 'a', value: 'b' }
    const text = severalText([run({}), run({ signature })])
    expect(text).toMatch(/^Quotable {2}1 of 2 runs$/m)
    expect(text).toContain('unsigned')
    expect(text).not.toContain(' quote ')
    expect(severalText([run({ signature }), run({ signature })])).toContain(' quote ')
  })

  test('runs of different work have a row each, with their unit', () => {
    const image = makeRun({
      card: 'rtx-4090',
      scenario: 'sdxl',
      title: 'SDXL',
      work: { kind: 'image', image: { size: '1024x1024', steps: 30, guidance: 5, batch: 1 } },
      result: { secondsPerImage: 4.2, joulesPerImage: 1200, e2eMsP50: 4200 },
    })
    const text = severalText([
      {
        record: makeRun({ card: 'rtx-4090', result: { outputTokensPerS: 1380, tokensPerJ: 5.5, ttftMsP50: 80 } }),
        directory: 'results/a',
      },
      { record: image, directory: 'results/b' },
    ])
    expect(text).toContain('1,380 tokens/s')
    expect(text).toMatch(/4\.20 s per/)
    expect(text).toMatch(/^Records {3}results$/m)
  })
})
