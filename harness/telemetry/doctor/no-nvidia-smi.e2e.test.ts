import { expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import { runDoctor } from './run-doctor.ts'

it('no nvidia-smi: one fault, and everything else not measured', async () => {
  const report = await runDoctor({
    nvidiaSmi: '/nowhere/nvidia-smi',
    clock: systemClock,
    readText: async () => null,
    runProgram: async () => null,
  })
  expect(report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['nvidia-smi'])
  expect(report.counts).toMatchObject({ pass: 0, warn: 0 })
  expect([report.isHealthy, report.fingerprint]).toEqual([false, null])
})
