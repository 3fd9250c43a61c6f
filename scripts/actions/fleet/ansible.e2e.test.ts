import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCampaign } from '../../../harness/fleet/state.ts'
import { blockWith } from '../../../harness/testing/page-blocks.ts'
import { cliWords, runCli } from '../../../harness/testing/run-cli.ts'
import { type SshHosts, startSshHosts, whyNoSshHosts } from '../../../harness/testing/ssh-hosts.ts'

const why = whyNoSshHosts()
const BOX = fileURLToPath(new URL('../../../reports/testing/fleet-box.ts', import.meta.url))
const names = ['gpu1', 'gpu2', 'gpu3', 'gpu4', 'gpu5', 'gpu6']

/** gpu2 is weak; the measurement of gpu4 takes longer than this test. */
const joulemark = (name: string) => `#!/bin/sh
echo x >>started
${name === 'gpu4' ? 'sleep 600' : 'sleep 2'}
export FLEET_BOX=${names.indexOf(name)} FLEET_SPEED=${name === 'gpu2' ? '0.8' : '1'}
exec ${process.execPath} --import ${import.meta.resolve('tsx')} ${BOX} "$@"
`

/** The fleet file of the page, with the inventory of this test. */
const fleetFile = (inventory: string) =>
  blockWith('fleet-ansible.md', 'yaml', 'engine: ansible')
    .replace('exclude: [gpu3]', 'exclude: [gpu6]')
    .replace('atOnce: 4', 'atOnce: 8')
    .replace('inventory: [hosts.ini]', `inventory: [${inventory}]\n  lostAfter: 1s`)

describe.skipIf(why !== null)(`a fleet through Ansible${why === null ? '' : `: skipped, ${why}`}`, () => {
  let hosts: SshHosts
  const folder = mkdtempSync(join(tmpdir(), 'ansible-fleet-'))
  const out = join(folder, 'out')
  const file = join(folder, 'fleet.yaml')
  const words = ['fleet', 'run', file, '--out', out, '--poll', '1s', '--format', 'terminal']

  beforeAll(async () => {
    hosts = await startSshHosts({ names, programs: (name) => ({ joulemark: joulemark(name) }) })
    writeFileSync(file, fleetFile(hosts.inventory))
    await hosts.cut('gpu5')
  })
  afterAll(async () => {
    await hosts?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const timesStarted = (name: string): number => {
    const path = join(hosts.home(name), 'started')
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0
  }
  const runs = (name: string) => readdirSync(join(out, 'boxes', name)).filter((each) => each.endsWith(`-${name}`))

  test('survives a kill of fleet run and the death of a box, and judges what was measured', async () => {
    const first: ChildProcess = spawn(process.execPath, cliWords(...words), {
      env: { ...process.env, ...hosts.env },
      stdio: 'ignore',
    })
    await expect.poll(() => readCampaign(out)?.boxes.find(({ box }) => box === 'gpu4')?.handle ?? null).not.toBe(null)
    first.kill('SIGKILL')
    await once(first, 'exit')
    await hosts.cut('gpu4')

    const { code, stdout, stderr } = await runCli([...words, '--resume'], { env: hosts.env })
    const said = stdout + stderr
    const boxes = Object.fromEntries(readCampaign(out)!.boxes.map(({ box, ...rest }) => [box, rest]))
    expect(Object.keys(boxes)).toEqual(['gpu1', 'gpu2', 'gpu3', 'gpu4', 'gpu5'])
    for (const name of ['gpu1', 'gpu2', 'gpu3']) {
      expect(boxes[name], said).toMatchObject({ state: 'measured', exitCode: 0, runs: 3, attempt: 1 })
      expect(runs(name)).toHaveLength(3)
      expect(timesStarted(name)).toBe(1)
      expect(existsSync(join(out, 'boxes', name, `jm-${readCampaign(out)!.id}-${name}-1.log`))).toBe(true)
    }
    // lost while it was measured, and then no more reached for its second try
    expect(boxes['gpu4']).toMatchObject({ state: 'unusable', losses: 1 })
    expect(boxes['gpu4']!.reason).toContain('Connection refused')
    expect(boxes['gpu5']).toMatchObject({ state: 'unusable', attempt: 0 })
    expect(boxes['gpu5']!.reason).toContain('Connection refused')
    expect(said).toContain('SIMULATED. 1 unit of 3 is below its siblings: gpu2 ')
    expect(code).toBe(1)
  })
})
