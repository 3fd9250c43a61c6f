import { describe, expect, test } from 'vitest'
import { canonicalSha256 } from '../record/provenance.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { makeSetting, settingAt } from '../testing/setting-builder.ts'
import { tunedRun } from '../testing/tuned-card.ts'
import { type AheadOf, refuseOther, refuseOtherFound } from './same-tuning.ts'

const point = { setting: { powerLimitW: 300, smClockMHz: null }, concurrency: 8 }

/** A run of a tuning, as its record says what it measured. */
function runOf(more: Partial<RunRecord> = {}, concurrency = 8): RunRecord {
  const run = tunedRun({ point: { ...point, concurrency }, setting: makeSetting(), tokensPerS: 900, powerW: 290, more })
  return { ...run, scenarioSha256: canonicalSha256(run.scenario) }
}
const aheadOf = (run: RunRecord, over: Partial<AheadOf> = {}): AheadOf => ({
  scenario: run.scenario,
  gpus: run.gpus,
  endpoint: run.endpoint,
  simulatedBy: null,
  ...over,
})

describe('a tuning goes on', () => {
  test('with the same scenario, cards and server, also after the server was started again', () => {
    const run = runOf()
    const again = { ...run.endpoint, startedAtS: 1, systemFingerprint: 'fp_2' }
    expect(() => refuseOther([run], [aheadOf(run), aheadOf(run, { endpoint: again })])).not.toThrow()
  })

  test('but not with another scenario of the same name', () => {
    const run = runOf()
    const scenario = { ...run.scenario, title: 'Other', output: { tokens: 999 } } as unknown as Scenario
    expect(() => refuseOther([run], [aheadOf(run, { scenario })])).toThrow(
      new RegExp(
        `^${run.id} cannot be continued: the scenario ${scenario.name} was changed since; .*without --resume$`,
      ),
    )
  })

  test('each number of streams has a scenario of its own', () => {
    const runs = [runOf({}, 8), runOf({}, 32)]
    const [few, many] = runs.map((run) => aheadOf(run))
    expect(() => refuseOther(runs, [few!, many!])).not.toThrow()
    const scenario = { ...many!.scenario, title: 'Other' } as Scenario
    expect(() => refuseOther(runs, [few!, { ...many!, scenario }])).toThrow(/was changed since/)
  })

  test('but not on other cards', () => {
    const run = runOf()
    const gpus = run.gpus.map((gpu) => ({ ...gpu, uuid: 'GPU-other' }))
    expect(() => refuseOther([run], [aheadOf(run, { gpus })])).toThrow(/and now GPU-other serves/)
  })

  test.each([
    [{ version: '0.2.0' }, 'version was 0.1.0 and is 0.2.0'],
    [{ model: 'b' }, 'model was a and is b'],
    [{ engine: 'sglang' }, 'engine was vllm and is sglang'],
  ])('but not on another server: %j', (over, text) => {
    const plain = runOf()
    const run = runOf({ endpoint: { ...plain.endpoint, engine: 'vllm', version: '0.1.0', model: 'a' } })
    const endpoint = { ...run.endpoint, ...over }
    expect(() => refuseOther([run], [aheadOf(run, { endpoint })])).toThrow(`the server is another one: ${text}`)
    // a server that does not say what it is cannot be told from the earlier one
    expect(() => refuseOther([run], [aheadOf(run, { endpoint: { ...run.endpoint, version: null } })])).not.toThrow()
  })

  test('but a live one is not continued on a simulator', () => {
    const run = runOf({ source: 'live' })
    expect(() => refuseOther([run], [aheadOf(run, { simulatedBy: 'header' })])).toThrow(/this is a simulator/)
  })

  test('but not where points left the limit as found, and another one is found now', () => {
    const left = runOf({ setting: settingAt(null, { clockMHz: 1500 }) })
    expect(() => refuseOtherFound([left], 450)).not.toThrow()
    expect(() => refuseOtherFound([left], 300)).toThrow(/were left at 450 W, and are now found at 300 W/)
    // a limit that is set at every point does not depend on what was found
    expect(() => refuseOtherFound([runOf()], 300)).not.toThrow()
  })
})
