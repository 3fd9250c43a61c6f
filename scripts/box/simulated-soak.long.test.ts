import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSoakCertificate, SOAK_FILE } from '../../harness/record/soak/soak-file.ts'
import { launchBox } from '../../harness/simulator/box/launch-box.ts'
import { freePorts } from '../../harness/testing/free-ports.ts'
import { runCli } from '../../harness/testing/run-cli.ts'
import { shortProbes } from '../../harness/testing/short-batch.ts'
import type { BoxResult } from '../../reports/box/result/box-result.ts'

test('a clean soak of three minutes, from the command line: a real card would be accepted, and the verdict says so', {
  timeout: 1_800_000,
}, async () => {
  const box = await launchBox({ card: 'rtx-4090', gpus: 1 })
  const out = mkdtempSync(join(tmpdir(), 'simulated-soak-'))
  try {
    const words = [
      '--suite',
      ...shortProbes(out),
      '--out',
      out,
      '--port',
      String(await freePorts(1)),
      '--force',
      '--store',
      `sqlite:${join(out, 'all.sqlite')}`,
    ]
    const { code, stdout, stderr } = await runCli(['box', ...words, '--soak', '3m'], {
      env: { PATH: box.path, JOULEMARK_NVIDIA_SMI: box.nvidiaSmi },
    })
    process.stderr.write(stdout)
    expect(stderr).toContain('6 runs pushed')
    const { certificate, problems } = readSoakCertificate(join(out, SOAK_FILE))
    expect(problems, stderr).toEqual([])
    expect(certificate).toMatchObject({ verdict: 'not-measured', wouldBe: 'accepted', stoppedEarly: null })
    expect(certificate.cards[0]).toMatchObject({ rounds: 6, reasons: [], wouldBe: 'accepted' })
    // six rounds of half a minute have a drift with its interval
    expect(certificate.cards[0]?.driftSharePerHour).toHaveProperty('slope')
    const result = JSON.parse(readFileSync(join(out, 'box-result.json'), 'utf8')) as BoxResult
    expect(result.soak).toMatchObject({ wouldBe: 'accepted', askedHours: 0.05 })
    expect(stdout.split('\n').slice(0, 5).join('\n')).toContain('soak accepted: 3 min of load')
    expect(stdout).toContain(`burn-in certificate  ${join(out, SOAK_FILE)}`)
    expect(readFileSync(join(out, 'box.html'), 'utf8')).toContain('Soak: 3 min of load on every card at once')
    // simulated: never accepted, whatever its figures
    expect(code).not.toBe(0)
  } finally {
    await box.stop()
  }
})
