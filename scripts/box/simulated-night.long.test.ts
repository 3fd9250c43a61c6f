import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BoxOptions } from '../../harness/simulator/box/box-options.ts'
import { launchBox } from '../../harness/simulator/box/launch-box.ts'
import { freePorts } from '../../harness/testing/free-ports.ts'
import { runCli } from '../../harness/testing/run-cli.ts'
import { SHORT_BATCH } from '../../harness/testing/short-batch.ts'
import type { BoxResult } from '../../reports/box/result/box-result.ts'

/**
 * `box` from its command line to its verdict on a simulated server with several cards: its own docker starts a server per
 * card, and one nvidia-smi shows all of them. Beside the two probes, which have their full length, one short scenario.
 */
async function night(box: Pick<BoxOptions, 'gpus'> & Partial<BoxOptions>) {
  const running = await launchBox({ card: 'rtx-4090', ...box })
  const out = mkdtempSync(join(tmpdir(), 'simulated-night-'))
  const suite = join(out, 'short-batch.yaml')
  writeFileSync(suite, SHORT_BATCH)
  const args = ['box', '--suite', suite, '--out', out, '--port', String(await freePorts(box.gpus)), '--force']
  try {
    const ended = await runCli(args, { env: { PATH: running.path, JOULEMARK_NVIDIA_SMI: running.nvidiaSmi } })
    return { ...ended, out, result: JSON.parse(readFileSync(join(out, 'box-result.json'), 'utf8')) as BoxResult }
  } finally {
    await running.stop()
  }
}

/** Everything that is said of a card. */
const saidOf = ({ cards }: BoxResult, index: number): string => {
  const card = cards.find((each) => each.index === index)
  const compared = card?.comparisons.filter(({ verdict }) => verdict !== 'pass') ?? []
  return JSON.stringify([card?.reasons, card?.remarks, compared])
}

test('four cards, one weak, one hot, one with a narrow link, one with memory errors: each is named', {
  timeout: 1_800_000,
}, async () => {
  const faults = '0=weak,1=hot,2=narrow-link,3=ecc-errors'
  const { result, code, stdout, stderr } = await night({ gpus: 4, faults })
  const { plannedMinutes, measuredMinutes } = result.time
  process.stderr.write(`planned ${plannedMinutes?.toFixed(1)} min, took ${measuredMinutes?.toFixed(1)} min\n${stdout}`)
  expect(result.verdict, stderr).toBe('not-measured')
  expect(result).toMatchObject({ wouldBe: 'rejected', time: { serverStarts: 4 } })
  expect([code, stdout.split('\n')[0]]).toEqual([1, expect.stringMatching(/^NOT MEASURED \(SIMULATED/)])
  expect(saidOf(result, 0)).toMatch(/Memory bandwidth of a copy: \d+ GB\/s, 10\.0 % worse than its siblings/)
  expect(saidOf(result, 1)).toMatch(/cooling: slowed by heat/)
  expect(saidOf(result, 2)).toMatch(/PCIe link of width 8, 16 on a sibling/)
  expect(saidOf(result, 3)).toMatch(/corrected errors during the run/)
  expect(result.cards.every(({ wouldBe }) => wouldBe === 'rejected')).toBe(true)
})
