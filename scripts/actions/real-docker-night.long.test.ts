import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type DockerEngine, IMAGE_TAG, startDockerEngine, whyNoEngine } from '../../harness/testing/docker-engine.ts'
import { startFakeHub } from '../../harness/testing/fake-hub.ts'
import { makeFakeNvidiaSmi } from '../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../harness/testing/fake-nvidia-smi-cards.ts'
import { freePort } from '../../harness/testing/free-ports.ts'
import { runCli } from '../../harness/testing/run-cli.ts'
import { SHORT_BATCH } from '../../harness/testing/short-batch.ts'
import type { BoxResult } from '../../reports/box/result/box-result.ts'

/** `box` on a real Docker engine from its preflight to its verdict. The probes have their full length. */
const why = whyNoEngine()
test.skipIf(why !== null)(
  `the night on a Docker engine${why === null ? '' : `, which is not there: ${why}`}: every run is made and judged, and no container is left`,
  async () => {
    const cards = await fakeBox('rtx-4090-idle-550')
    const engine: DockerEngine = await startDockerEngine(cards.gpus.map(({ values }) => String(values['uuid'])))
    const hub = await startFakeHub()
    const out = mkdtempSync(join(tmpdir(), 'docker-night-'))
    const suite = join(out, 'short-batch.yaml')
    writeFileSync(suite, SHORT_BATCH)
    const words = ['box', '--suite', suite, '--force', '--tag', IMAGE_TAG, '--cache', tmpdir(), '--out', out]
    const env = {
      ...engine.env,
      JOULEMARK_NVIDIA_SMI: makeFakeNvidiaSmi(mkdtempSync(join(tmpdir(), 'smi-')), cards),
      HOME: out,
      HF_ENDPOINT: hub.url,
    }
    try {
      const ended = await runCli([...words, '--port', String(await freePort())], { env })
      const result = JSON.parse(readFileSync(join(out, 'box-result.json'), 'utf8')) as BoxResult
      process.stderr.write(
        `planned ${result.time.plannedMinutes?.toFixed(1)} min, took ${result.time.measuredMinutes?.toFixed(1)} min\n${ended.stdout}`,
      )
      // the card of the test stays idle whatever the server does: nothing of it is accepted
      expect(ended.code, ended.stderr).toBeGreaterThan(0)
      expect(ended.stdout).toMatch(/^(NOT MEASURED|REJECTED)/)
      expect(result.verdict).not.toBe('accepted')
      expect(result.records.map(({ scenario, status }) => [scenario, status])).toEqual([
        ['memory-probe', 'complete'],
        ['load-probe', 'complete'],
        ['short-batch', 'complete'],
      ])
      expect(result.time.serverStarts).toBe(1)
      expect(ended.stderr).toContain('ready')
      expect(engine.containers()).toEqual([])
    } finally {
      await hub.stop()
      await engine.stop()
    }
  },
)
