import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** The part of the collection that runs on a box, without Ansible: jobs that end in every way. */
const UTILS = fileURLToPath(
  new URL(
    '../../../scripts/ansible/collections/ansible_collections/joulemark/fleet/plugins/module_utils',
    import.meta.url,
  ),
)
const python = (code: string, ...args: readonly string[]): unknown => {
  const said = execFileSync('python3', ['-c', `import json, sys\nfrom jobs import *\n${code}`, ...args], {
    env: { ...process.env, PYTHONPATH: UTILS, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return JSON.parse(said)
}
function whyNoPython(): string | null {
  try {
    python('print(1)')
    return null
  } catch {
    return 'there is no python3 on this machine'
  }
}

interface Job {
  readonly state: string
  readonly exit_code?: number | null
  readonly cause?: string
  readonly reason?: string
  readonly name?: string
}
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'))
})
afterEach(() => {
  for (const name of ['one', 'two']) python(`print(json.dumps(stop_job(sys.argv[1])))`, join(folder, name))
  rmSync(folder, { recursive: true, force: true })
})

const START = `
name, script, over = sys.argv[1:4]
how = dict({'chdir': os.path.dirname(name), 'environment': {'WORD': 'here'}, 'time_limit': 60, 'note': ''}, **json.loads(over))
more = dict((key, how.pop(key)) for key in ('again', 'tries', 'alone', 'argv') if key in how)
argv = more.pop('argv', ['sh', '-c', script])
try:
    print(json.dumps(start_job(name, argv, how, **more)))
except OSError as error:
    print(json.dumps([str(error), False]))
`
const start = (name: string, script: string, over: object = {}) =>
  python(START, join(folder, name), script, JSON.stringify(over)) as [Job | string, boolean]
const state = (name: string) => python('print(json.dumps(job_state(sys.argv[1])))', join(folder, name)) as Job
const said = (name: string) => readFileSync(join(folder, name, 'log'), 'utf8')
const kept = (name: string) => JSON.parse(readFileSync(join(folder, name, 'job.json'), 'utf8'))

const why = whyNoPython()
describe.skipIf(why !== null)(`a job on a box${why === null ? '' : `: skipped, ${why}`}`, () => {
  test('is started once under its name, outlives what started it, and keeps its exit code and its words', async () => {
    const [first, isStarted] = start('one', 'echo $WORD; while [ ! -e go ]; do sleep 0.05; done; exit 4')
    expect(first).toMatchObject({ state: 'running', name: 'one' })
    expect(isStarted).toBe(true)
    expect(start('one', 'exit 0')[1]).toBe(false)
    writeFileSync(join(folder, 'go'), '')
    await expect.poll(() => state('one')).toMatchObject({ state: 'ended', exit_code: 4, reason: null })
    expect(said('one')).toBe('here\n')
    expect(start('one', 'exit 0', { again: [2, 3] })[1]).toBe(false)
    expect(start('one', 'exit 0', { again: [4] })[1]).toBe(true)
    await expect.poll(() => state('one')).toMatchObject({ state: 'ended', exit_code: 0 })
  })

  test('gets SIGTERM when its time is over, so that it can give back what it holds', async () => {
    start('one', 'trap "touch back; exit 0" TERM; while :; do sleep 0.05; done', { time_limit: 1 })
    await expect
      .poll(() => state('one'))
      .toMatchObject({
        ...{ state: 'lost', cause: 'time-limit', exit_code: null },
        reason: 'not ended after 1 s, its time limit',
      })
    expect(existsSync(join(folder, 'back'))).toBe(true)
  })

  test('that is stopped or killed says so, and can be started again', async () => {
    start('one', 'sleep 60')
    const [stopped] = python('print(json.dumps(stop_job(sys.argv[1])))', join(folder, 'one')) as [Job, boolean]
    expect(stopped).toMatchObject({ state: 'lost', cause: 'cancelled' })
    expect(start('one', 'sleep 60')[1]).toBe(true)
    process.kill(kept('one').process.pid, 'SIGKILL')
    await expect.poll(() => state('one')).toMatchObject({ cause: 'signal', reason: 'ended by SIGKILL' })
    start('one', 'sleep 60')
    process.kill(kept('one').supervisor.pid, 'SIGKILL')
    expect(state('one').state).toBe('running')
    process.kill(kept('one').process.pid, 'SIGKILL')
    await expect.poll(() => state('one')).toMatchObject({ state: 'lost', cause: 'killed' })
  })

  test('of another boot is lost, although a process has its number', () => {
    start('one', 'sleep 60')
    const job = kept('one')
    writeFileSync(join(folder, 'one', 'job.json'), JSON.stringify({ ...job, boot_id: 'earlier' }))
    expect(state('one')).toMatchObject({ state: 'lost', cause: 'restart' })
    writeFileSync(join(folder, 'one', 'job.json'), JSON.stringify(job))
    expect(state('one').state).toBe('running')
  })

  test('is not started beside another one; an earlier try that runs is the job', () => {
    start('one', 'sleep 60')
    expect(start('two', 'exit 0')[0]).toMatch(/^job one runs on this server/)
    expect(state('two').state).toBe('absent')
    expect(start('two', 'exit 0', { tries: 'o*' })).toMatchObject([{ state: 'running', name: 'one' }, false])
    expect(start('two', 'exit 0', { alone: false })[1]).toBe(true)
  })

  test('whose command is not there is none', () => {
    expect(start('one', '', { argv: ['no-such-joulemark'] })[0]).toContain(
      "No such file or directory: 'no-such-joulemark'",
    )
    expect(state('one')).toEqual({ state: 'absent' })
  })
})
