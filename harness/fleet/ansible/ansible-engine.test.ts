import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import type { BoxJob } from '../engine.ts'
import type { CallProgram } from '../program.ts'
import { ansibleEngine } from './ansible-engine.ts'
import { ansibleOptions } from './setup.ts'

const { signal } = new AbortController()
const job: BoxJob = {
  id: 'jm-rack-7-20261127t010900-gpu1-2',
  box: 'gpu1',
  argv: ['npx', 'joulemark', 'run', '/home/me/mine.yaml', 'rag-8b-200-mau', '--out', 'joulemark-results'],
  files: ['/home/me/mine.yaml'],
  outFolder: 'joulemark-results',
  logFolder: '/results/boxes/gpu1',
  timeLimitS: 7200,
  endWithinS: 3600,
}

/** An Ansible whose hosts give these answers; what it was asked. */
function fakeAnsible(...answers: readonly object[]) {
  const asked: { playbook: string; args: readonly string[]; vars: { joulemark_hosts: string[] }; jobs: object }[] = []
  const call: CallProgram = async (program, args, { env }) => {
    expect(program).toBe('ansible-playbook')
    const vars = JSON.parse(readFileSync(args.find((word) => word.startsWith('@'))!.slice(1), 'utf8'))
    const jobs = JSON.parse(readFileSync(vars.joulemark_jobs, 'utf8'))
    asked.push({ playbook: args.at(-1)!.split('/').at(-1)!, args, vars, jobs })
    for (const answer of answers) appendFileSync(env['JOULEMARK_ANSWERS']!, `${JSON.stringify(answer)}\n`)
    return {
      returnCode: answers.length === 0 ? 1 : 0,
      stdout: 'PLAY\n',
      stderr: '[ERROR]: no vault secret\nOrigin: x\n',
    }
  }
  return { call, asked }
}

let nowMs = 0
const clock: Clock = { nowMs: () => nowMs, wall: () => new Date('2026-11-27T01:00:00.700Z'), sleep: async () => {} }
const engineWith = (call: CallProgram) =>
  ansibleEngine({
    inventory: ['/i/hosts.ini'],
    become: true,
    flags: ['-u', 'root'],
    env: {},
    commandWords: 2,
    lostAfterS: 60,
    clock,
    call,
  })
const handle = { id: job.id, box: job.box, native: job.id, outFolder: job.outFolder, logFolder: job.logFolder }
const answer = (over: object) => ({ host: 'gpu1', task: 'Start the job', status: 'ok', ...over })

test('a job is its words, with its files in its own folder on the box, and ends with the window', async () => {
  const { call, asked } = fakeAnsible(answer({ job: { state: 'running' } }))
  expect(await engineWith(call).submit([job], signal)).toEqual([{ handle, reason: null }])
  const [{ playbook, args, vars, jobs }] = asked as [(typeof asked)[number]]
  expect(playbook).toBe('start.yml')
  expect(args.slice(0, 7)).toEqual(['--inventory', '/i/hosts.ini', '--forks', '5', '--become', '-u', 'root'])
  expect(vars.joulemark_hosts).toEqual(['gpu1'])
  expect(jobs).toEqual({
    gpu1: {
      id: job.id,
      campaign: 'jm-rack-7-20261127t010900-gpu1',
      command: ['npx', 'joulemark'],
      words: ['run', `.joulemark/jobs/${job.id}/0-mine.yaml`, ...job.argv.slice(4)],
      files: [{ from: '/home/me/mine.yaml', to: '0-mine.yaml' }],
      time_limit: 7200,
      end_by: Date.parse('2026-11-27T02:00:00Z') / 1000,
    },
  })
})

test('a refusal has the task and the words of Ansible; where the job may run, it is followed', async () => {
  const failed = (over: object) =>
    engineWith(fakeAnsible(answer({ status: 'failed', message: 'joulemark: not started: No such file', ...over })).call)
  expect(await failed({}).submit([job], signal)).toEqual([
    { handle: null, reason: 'Start the job: joulemark: not started: No such file' },
  ])
  const early = failed({ status: 'unreachable', task: 'Make the folder of the job', message: 'No route' })
  expect(await early.submit([job], signal)).toEqual([{ handle: null, reason: 'Make the folder of the job: No route' }])
  expect(await failed({ status: 'unreachable' }).submit([job], signal)).toEqual([{ handle, reason: null }])
})

test('an earlier try that still runs on the box is followed instead', async () => {
  const native = job.id.replace(/2$/, '1')
  const { call } = fakeAnsible(answer({ job: { state: 'running', name: native } }))
  expect(await engineWith(call).submit([job], signal)).toEqual([{ handle: { ...handle, native }, reason: null }])
})

test('a box that says it has no job has none; one that does not answer may have it', async () => {
  const found = (over: object) => engineWith(fakeAnsible(answer(over)).call).find([job], signal)
  expect(await found({ job: { state: 'absent' } })).toEqual([null])
  expect(await found({ job: { state: 'running' } })).toEqual([handle])
  expect(await found({ status: 'unreachable', message: 'No route' })).toEqual([handle])
})

test('a box that was not reached has not cancelled its job', async () => {
  const cancelled = (over: object) => engineWith(fakeAnsible(answer(over)).call).cancel([handle])
  expect(await cancelled({ status: 'unreachable', message: 'No route' })).toEqual(['No route'])
  expect(await cancelled({})).toEqual([null])
})

test('a box without an answer runs on, until it has been silent for too long', async () => {
  const answers: object[] = [answer({ status: 'unreachable', message: 'Connection timed out' })]
  const { call } = fakeAnsible()
  const silent: CallProgram = async (program, args, more) => {
    for (const each of answers) appendFileSync(more.env['JOULEMARK_ANSWERS']!, `${JSON.stringify(each)}\n`)
    return call(program, args, more)
  }
  const engine = engineWith(silent)
  nowMs = 1000
  expect(await engine.follow([handle], signal)).toEqual([{ state: 'running' }])
  nowMs = 60_000
  expect(await engine.follow([handle], signal)).toEqual([{ state: 'running' }])
  nowMs = 61_000
  const lost = { state: 'lost', kind: 'node', reason: 'not reached for 60 s: Connection timed out' }
  expect(await engine.follow([handle], signal)).toEqual([lost])
  answers[0] = answer({ job: { state: 'ended', exit_code: 0 } })
  expect(await engine.follow([handle], signal)).toEqual([{ state: 'ended', exitCode: 0 }])
})

test('records are fetched from the home folder of the user that measured, whatever folder the connection begins in', async () => {
  const { call, asked } = fakeAnsible(answer({ task: 'Fetch the archive', status: 'failed', message: 'no such file' }))
  await expect(engineWith(call).collect(handle, '/results/boxes/gpu1', signal)).rejects.toThrow(/^no such file$/)
  expect(asked[0]!.jobs).toMatchObject({ gpu1: { id: job.id, out: '~/joulemark-results' } })
})

test('only what the try that is fetched has measured is fetched, which may be an earlier one that ran on', async () => {
  const { call, asked } = fakeAnsible(answer({ task: 'Fetch the archive', status: 'failed', message: 'no such file' }))
  const native = job.id.replace(/2$/, '1')
  await expect(engineWith(call).collect({ ...handle, native }, '/results/boxes/gpu1', signal)).rejects.toThrow()
  expect(asked[0]!.jobs).toEqual({ gpu1: { id: native, out: '~/joulemark-results', to: expect.any(String) } })
})

test('an Ansible that asks no host is an error with its first words', async () => {
  await expect(engineWith(fakeAnsible().call).follow([handle], signal)).rejects.toThrow(
    'ansible-playbook: no vault secret',
  )
})

test('flags that ask a person or change what is played are refused, and so is an inventory that is not there', () => {
  const of = (ansible: object) =>
    ansibleOptions(
      {
        path: join('fleets', 'rack.yaml'),
        command: ['joulemark'],
        ansible: { inventory: [], become: false, flags: [], lostAfter: 600, ...ansible },
      },
      {},
    )
  expect(of({ inventory: ['gpu1,gpu2'], flags: ['-u', 'root'] })).toMatchObject({
    inventory: ['gpu1,gpu2'],
    commandWords: 1,
  })
  for (const flag of ['--check', '-K', '--ask-vault-pass', '--limit=gpu1', '-t', '-i'])
    expect(() => of({ flags: ['-v', flag] })).toThrow(`fleets/rack.yaml: ansible.flags.1: ${flag} `)
  expect(() => of({ inventory: ['nope.ini'] })).toThrow(/ansible\.inventory\.0: no such file: .*fleets\/nope\.ini$/)
})
