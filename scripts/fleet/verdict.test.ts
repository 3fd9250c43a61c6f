import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boxFolder } from '../../harness/fleet/plan.ts'
import { type Campaign, type CampaignBox, nothingYet } from '../../harness/fleet/state.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { hostOf, makeFleet } from '../../reports/testing/fleet-builder.ts'
import { judgeCampaign, withBoxes } from './verdict.ts'

const createdAt = '2026-11-02T00:00:00.000Z'
const box = (over: Partial<CampaignBox>): CampaignBox => ({
  ...{ ...nothingYet, box: 'gpu1', part: 'fleet', attempt: 1, runs: 1, since: createdAt },
  ...{ state: 'measured', exitCode: 0 },
  ...over,
})

test.each([
  ['all good', 0, [box({})], 0],
  ['one box says no, and the comparison shows nothing', 0, [box({}), box({ exitCode: 1 })], 1],
  [
    'one box says no, the comparison is open, and another is lost',
    4,
    [box({ exitCode: 1 }), box({ state: 'lost' })],
    1,
  ],
  ['a box that is inconclusive by itself', 0, [box({ exitCode: 4 })], 0],
  ['held back after a canary that says no', 0, [box({ exitCode: 1 }), box({ state: 'held', exitCode: null })], 1],
  ['held back after a canary that is open', 0, [box({ exitCode: 4 }), box({ state: 'held', exitCode: null })], 5],
  ['held back, and the verdict itself is open', 4, [box({}), box({ state: 'held', exitCode: null })], 4],
  ['held back after a canary that failed', 5, [box({ state: 'failed', exitCode: 3 }), box({ state: 'held' })], 3],
  ['a failed box, whatever its code', 0, [box({ state: 'failed', exitCode: 1 })], 3],
  ['a loss, and a box is lost', 1, [box({ state: 'lost', exitCode: null })], 1],
] as const)('exit code: %s', (_, verdict, boxes, expected) => {
  expect(withBoxes(verdict, boxes)).toBe(expected)
})

/** A campaign over five healthy boxes, the last of which ended with this exit code. */
function measured(exitCode: number): { readonly campaign: Campaign; readonly out: string } {
  const out = mkdtempSync(join(tmpdir(), 'verdict-'))
  for (const record of makeFleet({ boxes: 5, starts: 1 }).candidate) {
    const folder = join(boxFolder(out, record.host.hostname), record.id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'run.json'), JSON.stringify(record))
  }
  const codes = [0, 0, 0, 0, exitCode]
  const campaign: Campaign = {
    ...{ version: 1, id: 'rack-7', name: 'rack-7', engine: 'slurm', fleetFile: 'fleet.yaml', work: '', createdAt },
    ...{ against: null, canary: null, boxes: codes.map((code, index) => box({ box: hostOf(index), exitCode: code })) },
  }
  return { campaign, out }
}

test('a box that was rejected is 1 and named, although it is as fast as its siblings', async () => {
  const judged = async (exitCode: number) => {
    const { campaign, out } = measured(exitCode)
    const { io, said } = saidIo({ columns: 80 })
    const code = await judgeCampaign({}, campaign, { out, format: 'terminal', report: join(out, 'report') }, io)
    return { code, text: said.stdout }
  }
  expect(await judged(0)).toMatchObject({ code: 0, text: expect.not.stringContaining('its own exit code') })
  expect(await judged(1)).toMatchObject({ code: 1, text: expect.stringContaining('box-04: its own exit code is 1') })
})

test('JUnit as the only format of a campaign that is compared with nothing is shown on the terminal', async () => {
  const { campaign, out } = measured(0)
  const { io, said } = saidIo({ columns: 80 })
  const report = join(out, 'report')
  expect(await judgeCampaign({}, campaign, { out, format: 'junit', report }, io)).toBe(0)
  expect(said.stdout).toContain('None of 5 units')
  expect(existsSync(report)).toBe(false)
})

test('a measured box of which records are missing is named with the reason', async () => {
  const { campaign, out } = measured(0)
  const reason = 'records not brought: ssh: Connection timed out'
  const boxes = campaign.boxes.map((each, index) => (index === 2 ? { ...each, reason } : each))
  const { io, said } = saidIo({ columns: 120 })
  await judgeCampaign({}, { ...campaign, boxes }, { out, format: 'terminal', report: join(out, 'report') }, io)
  expect(said.stdout).toContain(`box-02: measured: ${reason}`)
})
