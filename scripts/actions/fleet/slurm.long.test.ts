import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCampaign } from '../../../harness/fleet/state.ts'
import { runCli } from '../../../harness/testing/run-cli.ts'
import { type SlurmCluster, startSlurm, withoutSlurm } from '../../../harness/testing/slurm-cluster.ts'

/**
 * Eight simulated servers through a real Slurm, each with its own cards: one weak card, one server whose node dies half way, one
 * drained node; a driver upgrade between two campaigns. What is printed goes to the log of the test.
 */
const reason =
  withoutSlurm() ?? (canUnshare() ? null : 'no host name for each box, or no real-time priority (unshare --uts, chrt)')
const root = mkdtempSync(join(tmpdir(), 'fleet-long-'))
const at = (name: string) => join(root, name)
const names = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `gpu${number}`)
const node = fileURLToPath(new URL('../../../harness/testing/simulated-node.ts', import.meta.url))

function canUnshare(): boolean {
  try {
    execFileSync('chrt', ['-r', '1', 'unshare', '--uts', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Real-time, before all other work of this machine: what else it does is not tested here, and a client that is delayed is not judged. The
 * cards of gpu6 lost a fifth of their memory bandwidth with the upgrade; the seed of a
 * box is that of its cards.
 */
const onBox = `#!/bin/sh
share=1; [ -e "${root}/upgraded" ] && [ "$SLURMD_NODENAME" = gpu6 ] && share=0.8
exec chrt -r 1 unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' sh "$SLURMD_NODENAME" \\
  "${process.execPath}" --import "${import.meta.resolve('tsx')}" "${node}" "\${SLURMD_NODENAME#gpu}" "$share" "$@"
`
const scenario = `name: short
title: Short
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 4 }
prompt: { tokens: 64 }
output: { tokens: 96 }
trial: { seconds: 3.5, warmupSeconds: 0.5, quietSeconds: 1, minWindowSeconds: 1 }
certainty: { minTrials: 3, maxTrials: 3 }
`
const fleet = `name: rack-7
engine: slurm
boxes: ["gpu[1-8]"]
scenarios: [./short.yaml]
canary: { boxes: [gpu1] }
atOnce: 2
timeLimit: 10m
retries: 0
command: ${at('on-box')}
`

let cluster: SlurmCluster
beforeAll(async () => {
  if (reason !== null) return
  writeFileSync(at('on-box'), onBox)
  chmodSync(at('on-box'), 0o755)
  writeFileSync(at('short.yaml'), scenario)
  writeFileSync(at('fleet.yaml'), fleet)
  cluster = await startSlurm(names)
})
afterAll(async () => {
  await cluster?.stop()
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

/** A command of a person, with what it prints. */
async function joulemark(...words: readonly string[]) {
  const said = await runCli(words, { cwd: root, env: { ...cluster.env, HOME: root } })
  console.log(`$ joulemark ${words.join(' ')}\n${said.stderr}${said.stdout}exit code ${said.code}`)
  return said
}

const states = (out: string) => Object.fromEntries(readCampaign(at(out))!.boxes.map(({ box, state }) => [box, state]))

/** Whether the run of a box has begun: its record is there. */
const isHalfWay = (name: string) => globSync(at(`after/boxes/${name}/*/run.json`)).length > 0

describe.skipIf(reason !== null)(`eight simulated servers through Slurm${reason === null ? '' : `: ${reason}`}`, () => {
  test('a driver upgrade: baseline, canary, fleet, verdict', async () => {
    await joulemark('fleet', 'run', 'fleet.yaml', '--print')
    const before = await joulemark('fleet', 'run', 'fleet.yaml', '--out', 'before', '--poll', '1s')
    expect(states('before')).toEqual(Object.fromEntries(names.map((box) => [box, 'measured'])))
    expect([0, 5]).toContain(before.code)

    writeFileSync(at('upgraded'), '')
    cluster.call('scontrol', 'update', 'nodename=gpu8', 'state=drain', 'reason=riser replaced on Friday')
    const after = joulemark('fleet', 'run', 'fleet.yaml', '--out', 'after', '--against', 'before', '--poll', '1s')
    const isOver = after.then(() => true)
    while (!isHalfWay('gpu4')) if (await Promise.race([isOver, wait(500)])) throw new Error('gpu4 was not measured')
    cluster.killNode('gpu4')
    const { code, stdout } = await after
    expect(states('after')).toEqual({
      ...Object.fromEntries(names.map((box) => [box, 'measured'])),
      ...{ gpu4: 'lost', gpu8: 'unusable' },
    })
    expect(stdout).toMatch(/(lost by itself|Below its siblings): gpu6/)
    expect(code).toBe(1)
    expect(readdirSync(at('after/report'))).toEqual(expect.arrayContaining(['fleet.html', 'fleet.junit.xml']))
    await joulemark('fleet', 'status', 'after')
    await joulemark('fleet', 'report', 'before/boxes', 'after/boxes', '--history')
  })
})
