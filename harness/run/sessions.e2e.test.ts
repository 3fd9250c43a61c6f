import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { numberOf } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import type { RequestRow } from '../record/rows.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { type FinishedRun, runOnce } from './run.ts'

/** Agent sessions on the simulator, whose prefix cache is that of vLLM. */
const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
let simulator: RunningSimulator

beforeAll(async () => {
  simulator = await launchSimulator({
    card: 'h200',
    model: 'llama-3.1-8b-instruct-fp8',
    enablePromptTokensDetails: true,
  })
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Plays a scenario as a person writes it. */
async function play(session: string, over: { prompt?: number; trials?: number; workers?: number } = {}) {
  const path = join(folder, 'agent.yaml')
  writeFileSync(
    path,
    `name: agent
title: Agent
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 4, rampSeconds: 0.2, session: ${session} }
prompt: { tokens: ${over.prompt ?? 4000} }
output: { tokens: 8 }
slo: { ttftMs: 60000 }
trial: { seconds: 4, warmupSeconds: 1, quietSeconds: 0.8, minWindowSeconds: 0.5 }
certainty: { minTrials: 1, maxTrials: 2 }
`,
  )
  const [file] = await loadScenarios([path], catalogueNames)
  const { trials = 1, workers = 1 } = over
  return runOnce(file as PlainTextFile, oneTrialOptions({ endpoint: simulator.url, outDir: folder, trials, workers }))
}

const sessionsOf = ({ record }: FinishedRun) => {
  const [trial] = trialsOfKind(record.trials, 'text')
  if (!trial?.sessions) throw new Error('no sessions')
  return trial.sessions
}
const rowsOf = ({ directory }: FinishedRun) => readRows(directory, 'requests.csv')
/** Requests by session and turn. */
const turnsOf = (rows: readonly RequestRow[]) =>
  Map.groupBy(
    rows.filter(({ turn }) => turn !== null),
    ({ session, turn }) => `${session}/${turn}`,
  )

describe('sessions whose context grows', () => {
  let run: FinishedRun
  let rows: RequestRow[]
  beforeAll(async () => {
    run = await play('{ turns: 5, userTokens: 200, thinkSeconds: 0.05, thinkSpread: lognormal }', { trials: 2 })
    rows = await rowsOf(run)
  })

  test('send the turns of each session in order, each with all earlier turns', () => {
    for (const { turn, turnsLeft, promptTokens } of rows) {
      if (turn === null) continue
      expect(turn + (turnsLeft ?? 0)).toBe(5)
      expect(promptTokens).toBe(4000 + (turn - 1) * 208)
    }
    expect(new Set(rows.map(({ turn }) => turn))).toContain(5)
  })

  test('find the context of the turn before in the cache, in whole blocks', () => {
    const later = rows.filter(({ turn }) => turn !== null && turn > 1)
    expect(later.length).toBeGreaterThan(5)
    for (const { cachedTokens, promptTokens } of later) {
      expect(cachedTokens).toBe(Math.floor(((promptTokens ?? 0) - 208) / 16) * 16)
    }
  })

  test('go on through the trials: a session that one trial began ends in the next', () => {
    const [first, second] = [0, 1].map(
      (trial) => new Set(rows.filter((row) => row.trial === trial).map((row) => row.session)),
    )
    expect([...(first ?? [])].filter((session) => session !== null && second?.has(session)).length).toBeGreaterThan(0)
  })

  test('are measured by turn: a first turn computes its context, a later one what it adds', () => {
    const { byTurn, finished, whole, goodShare, durationS } = sessionsOf(run)
    const [first, second] = byTurn
    expect(byTurn.map(({ fromTurn, toTurn }) => [fromTurn, toTurn])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 5],
    ])
    expect(numberOf(first!.cachedShare)).toBeLessThan(0.01)
    expect(numberOf(second!.cachedShare)).toBeGreaterThan(0.9)
    expect(numberOf(first!.ttftMs.p50)).toBeGreaterThan(numberOf(second!.ttftMs.p50) ?? Number.POSITIVE_INFINITY)
    expect(finished).toBeGreaterThan(0)
    expect(whole).toBeGreaterThan(0)
    expect(goodShare).toBe(1)
    expect(numberOf(durationS.p50)).toBeGreaterThan(0.05)
    expect(run.record.result['finishedSessionsPerHour']).toMatchObject({ mean: expect.any(Number) })
  })

  test('verify from their rows', async () => {
    expect((await verifyRun(run.directory)).problems).toEqual([])
  })
})

test('a turn with branches sends several requests at once, which share the context and differ behind it', async () => {
  const run = await play('{ turns: 4, userTokens: 64, branches: { everyTurns: 2, count: 3, tokens: 160 } }', {
    prompt: 1600,
    workers: 2,
  })
  const turns = [...turnsOf(await rowsOf(run)).values()].filter((rows) => rows.every(({ outcome }) => outcome === 'ok'))
  const forks = turns.filter(([row]) => row?.turn === 2 || row?.turn === 4)
  expect(forks.length).toBeGreaterThan(0)
  expect(new Set(forks.map(({ length }) => length))).toEqual(new Set([3]))
  expect(new Set(turns.filter(([row]) => row?.turn === 1).map(({ length }) => length))).toEqual(new Set([1]))
  // the context before the fork comes from the cache; the tokens of a branch do not
  for (const row of forks.flat()) {
    const context = (row.promptTokens ?? 0) - 160
    expect(row.cachedTokens).toBeLessThanOrEqual(Math.floor(context / 16) * 16)
    expect(row.cachedTokens).toBeGreaterThanOrEqual(context - 72 - 16)
  }
  expect(run.record.gates.find(({ id }) => id === 'prompt-shape')?.status).toBe('pass')
})

test('a file of turns is played as it is', async () => {
  const lines = [
    { session: 'a', input_tokens: 1000, output_tokens: 4 },
    { session: 'a', input_tokens: 100, output_tokens: 6, pause_s: 0.01 },
    { session: 'b', input_tokens: 2000, output_tokens: 5 },
    { session: 'a', input_tokens: 50, output_tokens: 7, branches: 2 },
  ]
  writeFileSync(join(folder, 'turns.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
  const run = await play('{ file: turns.jsonl }')
  const { load } = run.record.scenario
  expect(load).toMatchObject({ session: { turns: 3, userTokens: 75, sessions: 2, width: 2 } })
  const shapes = (await rowsOf(run)).map((row) =>
    [row.turn, row.turnsLeft, row.promptTokens, row.outputTokens].join(' '),
  )
  expect(new Set(shapes.filter((shape) => /^\d/.test(shape)))).toEqual(
    new Set(['1 2 1000 4', '2 1 1104 6', '3 0 1224 7', '1 0 2000 5']),
  )
})

test.each([
  ['{ file: none.jsonl }', /agent.yaml:5: load.session.file: .*none.jsonl: no such file/],
  ['{ turns: 3 }', /agent.yaml:5: load.session.userTokens: missing; expected at least 1, or a file of turns/],
  ['{ turns: 3, userTokens: 5, width: 9 }', /load.session.width: expected with a file of turns only/],
])('%s is refused with its line', async (session, message) => {
  await expect(play(session)).rejects.toThrow(message)
})
