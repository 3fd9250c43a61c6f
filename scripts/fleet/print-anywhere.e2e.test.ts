import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { saidIo } from '../../harness/testing/said-io.ts'
import { fleetRun } from '../actions/fleet/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleet-print-'))
const file = join(folder, 'rack-7.yaml')

test.each([
  ['the Slurm client', 'sinfo', 'engine: slurm\nboxes: ["gpu[1-3]"]\n'],
  [
    'Ansible',
    'ansible-playbook',
    'engine: ansible\nboxes: [gpu1, gpu2, gpu3]\nansible: { inventory: ["gpu1,gpu2,gpu3"] }\n',
  ],
  [
    'the Kubernetes client',
    'kubectl',
    'engine: kubernetes\nboxes: ["gpu[1-3]"]\nkubernetes: { image: "joulemark:1" }\n',
  ],
])('without %s the plan is that of the file, and says what was not asked', async (product, program, how) => {
  const canary = 'canary: { boxes: [gpu2] }\nscenarios: [provisioning]\nendpoint: http://127.0.0.1:8000\n'
  writeFileSync(file, `name: rack-7\n${how}${canary}`)
  const { io, said } = saidIo({ env: { PATH: join(folder, 'empty') } })
  const flags = { out: join(folder, 'out'), poll: 10, format: 'terminal' }
  expect(await fleetRun(file, { ...flags, print: true }, io)).toBe(0)
  expect(said.stdout).toContain('rack-7: 3 boxes in the fleet file')
  const rows = said.stdout.split('\n').filter((line) => line.startsWith('gpu'))
  expect(
    rows.map((row) =>
      row
        .split('│')
        .slice(0, 3)
        .map((cell) => cell.trim()),
    ),
  ).toEqual([
    ['gpu2', 'canary', 'not asked'],
    ['gpu1', 'fleet', 'not asked'],
    ['gpu3', 'fleet', 'not asked'],
  ])
  expect(said.stdout).not.toContain('usable')
  const missing = `${program}: not found; is ${product} installed on this machine?`
  expect(said.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `The cluster was not asked which boxes there are, which can be measured, and their GPUs: ${missing}`,
  )
  expect(said.stdout).toContain('On gpu2:\n  joulemark run')
  await expect(fleetRun(file, flags, io)).rejects.toMatchObject({ exitCode: 3, message: missing })
})
