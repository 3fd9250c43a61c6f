import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCampaign } from '../../../harness/fleet/state.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { cliWords } from '../../../harness/testing/run-cli.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { type SlurmCluster, startSlurm, withoutSlurm } from '../../../harness/testing/slurm-cluster.ts'
import { hostOf, makeFleet, uuidOf } from '../../../reports/testing/fleet-builder.ts'
import { buildProgram } from '../../program.ts'

/**
 * A fleet through a real Slurm, whose nodes are all on this machine. What each box measures is known: its runs are those of a
 * built fleet, written by a program that stands where joulemark is on a box.
 */
const reason = withoutSlurm()
const root = mkdtempSync(join(tmpdir(), 'fleet-slurm-'))
const names = [0, 1, 2, 3, 4, 5].map(hostOf)
const at = (name: string) => join(root, name)

/** `joulemark` of a box: copies its runs to --out, as begun now. A file named after the box says what goes wrong on it. */
const onBox = `#!/bin/sh
while [ "$1" != --out ]; do shift; done
out=$2; box=$SLURMD_NODENAME
echo "$box" >> "${root}/calls"
for wait in 1 2 3 4 5 6 7 8 9 10; do [ -e "${root}/hold" ] && sleep 1; done
[ -e "${root}/killed-$box" ] && kill -9 $PPID
mkdir -p "$out" && cp -r "${root}/side/$box/." "$out" || exit 3
sed -i "s/\\"startedAt\\":\\"[^\\"]*\\"/\\"startedAt\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\"/" "$out"/*/run.json
[ -e "${root}/failed-$box" ] && { echo 'the server: out of memory'; rm -r "$out"/*/; exit 3; }
exit 0
`

function write(side: string, records: readonly RunRecord[]): void {
  for (const record of records) {
    const path = join(root, side, record.host.hostname, `${record.id}-${record.startedAt.slice(11, 13)}`)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'run.json'), JSON.stringify(record))
  }
}

const fleetFile = at('fleet.yaml')
const given = `name: rack-7
engine: slurm
boxes: ["box-[00-05]"]
scenarios: [llama-3.1-8b-fp8-batch32]
canary: { boxes: [box-00] }
atOnce: 6
timeLimit: 5m
command: ${at('on-box')}
`

let cluster: SlurmCluster
beforeAll(async () => {
  if (reason !== null) return
  const { baseline, candidate } = makeFleet({ boxes: 6, losses: { 4: 0.08 } })
  write('before-runs', baseline)
  write('after-runs', candidate)
  writeFileSync(at('on-box'), onBox)
  chmodSync(at('on-box'), 0o755)
  writeFileSync(fleetFile, given)
  cluster = await startSlurm(names)
})
afterAll(async () => {
  await cluster?.stop()
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

const env = () => ({ ...process.env, ...cluster.env, NO_COLOR: '1' })
const calls = () => readFileSync(at('calls'), 'utf8').trim().split('\n').toSorted()

/** The boxes are as before or after the change from now on. */
function side(name: 'before-runs' | 'after-runs'): void {
  rmSync(at('side'), { recursive: true, force: true })
  writeFileSync(at('calls'), '')
  mkdirSync(at('side'))
  for (const box of readdirSync(at(name))) {
    mkdirSync(join(at('side'), box))
    for (const run of readdirSync(join(at(name), box))) {
      mkdirSync(join(at('side'), box, run))
      writeFileSync(join(at('side'), box, run, 'run.json'), readFileSync(join(at(name), box, run, 'run.json')))
    }
  }
}

/** Runs the command line as a person types it; the exit code of an error is its own. */
async function joulemark(...words: readonly string[]) {
  const { io, said } = saidIo({ columns: 120, env: env() })
  let code = -1
  const program = buildProgram('0.0.0', io, (ended) => {
    code = ended
  })
  try {
    await program.parseAsync(['node', 'joulemark', ...words])
  } catch (error) {
    return { ...said, code: (error as { exitCode: number }).exitCode, error: (error as Error).message }
  }
  return { ...said, code, error: '' }
}

/** The commands of a section of the documentation. */
function commandsOf(title: string): string[] {
  const page = readFileSync(new URL('../../../docs/fleet-run.md', import.meta.url), 'utf8')
  const section = page.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!
  return [...section.matchAll(/^```sh\n(.*?)```/gms)].flatMap(([, block]) => block!.trim().split('\n'))
}

/** Types a line of the documentation in the folder of the fleet file. */
const typed = (line: string) => {
  expect(line).toMatch(/^joulemark [\w ./,-]+$/)
  const words = line.split(' ').slice(1)
  const folders = words.map((word) => (/^(fleet\.yaml|ci|(before|after)(\/boxes)?)$/.test(word) ? at(word) : word))
  return joulemark(...folders, ...(words[1] === 'run' ? ['--poll', '0.2s'] : []))
}

const run = (out: string, ...more: readonly string[]) =>
  joulemark('fleet', 'run', fleetFile, '--out', at(out), '--poll', '0.2s', ...more)
const states = (out: string) =>
  Object.fromEntries(
    readCampaign(at(out))!.boxes.map(({ box, state, exitCode }) => [box, `${state} ${exitCode ?? ''}`.trim()]),
  )

describe.skipIf(reason !== null)(`a fleet through Slurm${reason === null ? '' : `: ${reason}`}`, () => {
  test('the driver upgrade of the documentation, each command of it', async () => {
    side('before-runs')
    const [print, before, after, status, compare, history, ...more] = commandsOf('A driver upgrade')
    expect(more).toEqual([])
    const plan = await typed(print!)
    expect(plan.stdout).toContain('6 of 6 boxes can be measured')
    expect(plan.stdout).toContain(`${at('on-box')} run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000`)

    const measured = await typed(before!)
    expect(measured.error).toBe('')
    expect(measured.code).toBe(0)
    expect(states('before')).toEqual(Object.fromEntries(names.map((box) => [box, 'measured 0'])))
    expect(calls()).toEqual(names)
    const lines = measured.stderr.split('\n')
    expect(lines.findIndex((line) => line.startsWith('canary: measured'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('box-01: submitted')),
    )
    expect(readdirSync(join(at('before'), 'report'))).toContain('fleet-report.html')

    side('after-runs')
    expect((await typed(after!)).stdout).toContain('1 unit of 6 lost by itself: box-04')
    expect((await typed(status!)).stdout).toContain('6 boxes: 6 measured')
    expect((await typed(compare!)).code).toBe(1)
    expect(readFileSync(join(root, 'ci', 'fleet.junit.xml'), 'utf8')).toContain(`box-04 ${uuidOf(4)}`)
    expect((await typed(history!)).stdout).toMatch(/worse +│ driver 580\.65 to/)
    rmSync(at('after'), { recursive: true })
  })

  test('a canary that lost holds the others back', async () => {
    side('after-runs')
    writeFileSync(fleetFile, given.replace('[box-00]', '[box-04]'))
    const said = await run('held', '--against', at('before'), '--format', 'terminal')
    expect(calls()).toEqual(['box-04'])
    expect(said.stderr).toContain('canary: regressed. ')
    expect(said.code).toBe(1)
    expect(Object.values(states('held')).filter((state) => state === 'held')).toHaveLength(5)
    writeFileSync(fleetFile, given)
  })

  test('that is half broken: what ended is judged, the rest is named with the reason of Slurm, and is taken up again', async () => {
    side('after-runs')
    cluster.call('scontrol', 'update', 'nodename=box-05', 'state=drain', 'reason=fan 3 "slow"; $(ticket) 12')
    writeFileSync(at('killed-box-02'), '')
    writeFileSync(at('failed-box-03'), '')
    const said = await run('after', '--against', at('before'))
    expect(said.error).toBe('')
    // one box lost 8 %, which is worse than those that are missing
    expect(said.code).toBe(1)
    expect(states('after')).toEqual({
      ...{ 'box-00': 'measured 0', 'box-01': 'measured 0', 'box-04': 'measured 0' },
      ...{ 'box-02': 'lost', 'box-03': 'failed 3', 'box-05': 'unusable' },
    })
    expect(said.stderr).toContain('box-05: unusable: drained: fan 3 "slow"; $(ticket) 12')
    expect(said.stderr).toContain('box-02: lost: its job was ended by signal 9')
    expect(said.stderr).toContain(
      'box-03: failed: exit code 3: server, card or disk failed; its log ends: the server: out of memory',
    )
    expect(said.stdout).toContain('1 unit of 6 lost by itself: box-04')
    const junit = readFileSync(join(at('after'), 'report', 'fleet.junit.xml'), 'utf8')
    expect(junit).toContain(`box-04 ${uuidOf(4)}`)
    expect(junit.match(/<failure/g)).toHaveLength(1)

    const status = await joulemark('fleet', 'status', at('after'), '--json')
    expect(JSON.parse(status.stdout).boxes).toHaveLength(6)
    expect((await run('after', '--against', at('before'))).error).toContain('--resume goes on with it')

    cluster.call('scontrol', 'update', 'nodename=box-05', 'state=resume')
    for (const name of ['killed-box-02', 'failed-box-03']) rmSync(at(name))
    writeFileSync(at('calls'), '')
    const rest = await run('after', '--against', at('before'), '--resume', '--format', 'terminal')
    expect(rest.stderr).toContain('box-05: measured')
    expect(calls()).toEqual(['box-02', 'box-03', 'box-05'])
    expect(states('after')).toEqual(Object.fromEntries(names.map((box) => [box, 'measured 0'])))
    expect(rest.code).toBe(1)
    expect(rest.stdout).not.toContain('Not judged')
  })

  test('a node that fails under a job is tried again; one that stays down is named', async () => {
    side('after-runs')
    writeFileSync(fleetFile, given.replace('canary: { boxes: [box-00] }\n', '').replace('[00-05]', '[00-01]'))
    writeFileSync(at('hold'), '')
    const waiting = run('failing', '--format', 'terminal')
    await expect.poll(() => calls().length).toBe(2)
    cluster.call('scontrol', 'update', 'nodename=box-01', 'state=down', 'reason=power supply')
    rmSync(at('hold'))
    const said = await waiting
    expect(said.stderr).toContain('box-01: again after: the node failed')
    expect(said.stderr).toContain('box-01: unusable: down: power supply')
    expect(states('failing')).toEqual({ 'box-00': 'measured 0', 'box-01': 'unusable' })
    cluster.call('scontrol', 'update', 'nodename=box-01', 'state=resume')
  })

  test('Ctrl-C leaves the jobs to Slurm; a second one cancels them, and --resume measures their boxes', async () => {
    writeFileSync(fleetFile, given.replace('[00-05]', '[00-00]'))
    writeFileSync(at('calls'), '')
    writeFileSync(at('hold'), '')
    const words = ['fleet', 'run', fleetFile, '--out', at('cut'), '--poll', '0.2s']
    const child = spawn(process.execPath, cliWords(...words), { env: env(), stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await expect.poll(() => states('cut')['box-00']).toBe('submitted')
    await expect.poll(() => calls()).toEqual(['box-00'])
    child.kill('SIGINT')
    await expect.poll(() => said).toContain('interrupted: no more boxes are submitted, and those that slurm has go on')
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(said).toContain(
      `Cancelled: 1 job. Continue with: joulemark fleet run ${fleetFile} --out ${at('cut')} --resume`,
    )
    await expect.poll(() => cluster.call('squeue', '-h', '-t', 'running,pending').trim()).toBe('')
    rmSync(at('hold'))
    // a box whose job was cancelled so starts again
    expect((await run('cut', '--resume', '--format', 'terminal')).error).toBe('')
    expect(states('cut')).toEqual({ 'box-00': 'measured 0' })
  })

  test('a second one in the folder is refused; after kill -9 the jobs go on, and none starts twice', async () => {
    side('before-runs')
    writeFileSync(
      fleetFile,
      given
        .replace('canary: { boxes: [box-00] }\n', '')
        .replace('[00-05]', '[00-03]')
        .replace('atOnce: 6', 'atOnce: 2'),
    )
    writeFileSync(at('hold'), '')
    const words = ['fleet', 'run', fleetFile, '--out', at('killed'), '--poll', '0.2s']
    const first = spawn(process.execPath, cliWords(...words), { env: env(), stdio: 'ignore' })
    const ended = new Promise((resolve) => first.on('exit', resolve))
    await expect.poll(() => calls().length).toBe(2)
    expect((await run('killed', '--resume')).error).toMatch(/is in use: its process \d+ runs/)
    first.kill('SIGKILL')
    await ended
    rmSync(at('hold'))
    const said = await run('killed', '--resume', '--format', 'terminal')
    expect(said.code).toBe(0)
    expect(calls()).toEqual(names.slice(0, 4))
    expect(states('killed')).toEqual(Object.fromEntries(names.slice(0, 4).map((box) => [box, 'measured 0'])))
  })
})
