import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCampaign } from '../../../harness/fleet/state.ts'
import { blockWith, commandsIn } from '../../../harness/testing/page-blocks.ts'
import { runCli } from '../../../harness/testing/run-cli.ts'
import { type SshHosts, startSshHosts, whyNoSshHosts } from '../../../harness/testing/ssh-hosts.ts'

/**
 * The driver upgrade of eight boxes through Ansible, as the page shows it. What each box measures is known, so that a busy machine
 * changes no verdict. One is weak afterwards, one dies half way and stays away, one is restarted half way, one cannot be reached.
 */
const why = whyNoSshHosts()
const BOX = fileURLToPath(new URL('../../../reports/testing/fleet-box.ts', import.meta.url))
const boxes = ['gpu1', 'gpu2', 'gpu3', 'gpu4', 'gpu5', 'gpu6', 'gpu7', 'gpu8']
const EXCLUDED = 'gpu9'

const joulemark = (name: string) => `#!/bin/sh
echo x >>started
[ -e after ] && { export FLEET_SIDE=candidate; sleep 10; }
export FLEET_BOX=${boxes.indexOf(name)} FLEET_SPEED=$(cat speed 2>/dev/null || echo 1)
exec ${process.execPath} --import ${import.meta.resolve('tsx')} ${BOX} "$@"
`

describe.skipIf(why !== null)(`eight boxes through Ansible${why === null ? '' : `: skipped, ${why}`}`, () => {
  let hosts: SshHosts
  const folder = mkdtempSync(join(tmpdir(), 'ansible-story-'))

  beforeAll(async () => {
    hosts = await startSshHosts({
      names: [...boxes, EXCLUDED],
      programs: (name) => ({ joulemark: joulemark(name) }),
    })
    await hosts.cut(EXCLUDED)
    writeFileSync(
      join(folder, 'fleet.yaml'),
      blockWith('fleet-ansible.md', 'yaml', 'engine: ansible')
        .replace('exclude: [gpu3]', `exclude: [${EXCLUDED}]`)
        .replace('atOnce: 4', 'atOnce: 3\ncanary: { boxes: [gpu1] }\ntimeLimit: 10m')
        .replace('inventory: [hosts.ini]', `inventory: [${hosts.inventory}]\n  lostAfter: 20s`),
    )
  })
  afterAll(async () => {
    await hosts?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const timesStarted = (name: string): number => {
    const path = join(hosts.home(name), 'started')
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0
  }
  const joulemarkHere = async (command: string) => {
    const ended = await runCli(
      [...command.split(' ').slice(1), ...(command.includes('--out') ? ['--poll', '1s'] : [])],
      { env: hosts.env, cwd: folder },
    )
    console.error(`$ ${command}\n${ended.stderr}${ended.stdout}exit code ${ended.code}`)
    return ended
  }
  const campaign = (out: string) =>
    Object.fromEntries(readCampaign(join(folder, out))!.boxes.map(({ box, ...rest }) => [box, rest]))

  test('from the inventory to the verdict', async () => {
    const commands = commandsIn(blockWith('fleet-ansible.md', 'sh', '--against before'))
    const [print = '', before = '', after = ''] = commands
    expect(commands).toHaveLength(3)
    expect((await joulemarkHere(print)).stdout).toContain('8 of 8 boxes can be measured')

    await joulemarkHere(before)
    expect(Object.values(campaign('before')).map(({ state, runs }) => `${state} ${runs}`)).toEqual(
      boxes.map(() => 'measured 3'),
    )

    for (const name of boxes) writeFileSync(join(hosts.home(name), 'after'), '')
    writeFileSync(join(hosts.home('gpu2'), 'speed'), '0.85')
    await hosts.cut('gpu8')
    const running = joulemarkHere(after)
    await expect.poll(() => timesStarted('gpu4'), { timeout: 600_000 }).toBe(2)
    await hosts.cut('gpu4')
    await expect.poll(() => timesStarted('gpu6'), { timeout: 600_000 }).toBe(2)
    await hosts.cut('gpu6')
    await hosts.boot('gpu6')
    const { code, stdout } = await running
    const found = campaign('after')
    for (const name of ['gpu1', 'gpu2', 'gpu3', 'gpu5', 'gpu7']) {
      expect(found[name]).toMatchObject({ state: 'measured', attempt: 1, runs: 3 })
    }
    expect(found['gpu4']).toMatchObject({ state: 'unusable', losses: 1 })
    expect(found['gpu6']).toMatchObject({ state: 'measured', losses: 1, attempt: 2 })
    expect(found['gpu8']).toMatchObject({ state: 'unusable', attempt: 0 })
    expect(Object.keys(found)).not.toContain(EXCLUDED)
    expect(timesStarted(EXCLUDED)).toBe(0)
    expect(stdout).toMatch(/gpu2 .*(?:lost by itself|below its siblings)|(?:lost by itself|below its siblings): gpu2/)
    expect(code).toBe(1)
  })
})
