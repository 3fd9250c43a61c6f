import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kubernetesSchema } from '../../scenario/fleet/engine-schemas.ts'
import { makeRun } from '../../testing/record-builder.ts'
import type { BoxJob } from '../engine.ts'
import type { CallProgram } from '../program.ts'
import { kubernetesEngine } from './engine.ts'
import { nameOf } from './manifest.ts'

/** An object as the cluster in memory keeps it. */
interface Stored {
  readonly kind: string
  readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}
const block = kubernetesSchema.parse({ image: 'registry/joulemark:0.5.0', namespace: 'bench', context: 'prod' })
const signal = new AbortController().signal

/** A cluster in memory, with the calls of kubectl that the engine makes; `node` is the folder of the node. */
function cluster(node = mkdtempSync(join(tmpdir(), 'node-'))) {
  const objects = new Map<string, Stored>()
  const calls: string[][] = []
  const state = { refuse: null as string | null, log: 'measured\n', wait: '' }
  const kubectl: CallProgram = async (program, args, { input }) => {
    calls.push([program, ...args])
    const [verb, ...words] = args.filter((word) => !/^--(context|namespace)=/.test(word))
    const answer = (stdout: string, stderr = '') => ({ returnCode: stderr === '' ? 0 : 1, stdout, stderr })
    const missing = (what: string) => answer('', `Error from server (NotFound): ${what} not found`)
    if (state.refuse !== null) return answer('', state.refuse)
    if (verb === 'create') {
      const object = JSON.parse(input!) as Stored
      const key = `${object.kind}/${object.metadata.name}`
      if (objects.has(key)) return answer('', `Error from server (AlreadyExists): ${key} already exists`)
      objects.set(key, {
        ...object,
        metadata: { ...object.metadata, uid: `uid-of-${object.metadata.name}` },
        status: {},
      })
      return answer(JSON.stringify(objects.get(key)))
    }
    if (verb === 'get' && words[0] === 'job') {
      const found = objects.get(`Job/${words[1]}`)
      return found ? answer(JSON.stringify(found)) : missing(words[1]!)
    }
    if (verb === 'get')
      return answer(JSON.stringify({ items: [...objects.values()].filter(({ kind }) => kind !== 'ConfigMap') }))
    if (verb === 'delete') {
      const [kind, ...names] = words.filter((word) => !word.startsWith('--'))
      for (const name of names) objects.delete(`${kind === 'pod' ? 'Pod' : 'Job'}/${name}`)
      return answer('')
    }
    if (verb === 'logs') return answer(state.log)
    if (verb === 'exec') {
      const path = join(node, words.at(-1)!.replace('/joulemark/', ''))
      try {
        return answer(words.includes('ls') ? `${readdirSync(path).join('\n')}\n` : readFileSync(path, 'utf8'))
      } catch {
        return answer('', `ls: cannot access '${path}': No such file or directory`)
      }
    }
    if (verb === 'cp') {
      const from = join(node, words.at(-2)!.replace(/^.*:\/joulemark\//, ''))
      copyInto(from, words.at(-1)!)
      return answer('')
    }
    return verb === 'wait' ? answer('condition met', state.wait) : answer('', `error: unknown command ${verb}`)
  }
  return { objects, calls, state, node, engine: kubernetesEngine(block, {}, kubectl) }
}

function copyInto(from: string, to: string): void {
  try {
    const names = readdirSync(from)
    mkdirSync(to, { recursive: true })
    for (const name of names) writeFileSync(join(to, name), readFileSync(join(from, name)))
  } catch {
    writeFileSync(to, readFileSync(from))
  }
}

function jobOn(box: string, over: Partial<BoxJob> = {}): BoxJob {
  return {
    id: `jm-rack-7-20261127t010900-${box}-1`,
    box,
    argv: ['joulemark', 'run'],
    files: [],
    outFolder: 'joulemark-results',
    logFolder: join(mkdtempSync(join(tmpdir(), 'campaign-')), box),
    timeLimitS: 60,
    endWithinS: null,
    ...over,
  }
}

describe('submit', () => {
  test('makes a Job for each box in the namespace and context of the fleet, and finds it again after a crash', async () => {
    const { engine, objects, calls } = cluster()
    const jobs = [jobOn('gpu1'), jobOn('gpu2')]
    const [first] = await engine.submit(jobs, signal)
    expect(first!.handle).toMatchObject({ box: 'gpu1', native: nameOf(jobs[0]!.id) })
    expect(await engine.submit(jobs, signal)).toEqual(await engine.submit(jobs, signal))
    expect([...objects.keys()]).toHaveLength(2)
    expect(calls.every((call) => call.includes('--namespace=bench') && call.includes('--context=prod'))).toBe(true)
  })

  test('files go with the Job and are removed with it', async () => {
    const { engine, objects } = cluster()
    const file = join(mkdtempSync(join(tmpdir(), 'files-')), 'own.yaml')
    writeFileSync(file, 'name: own\n')
    const job = jobOn('gpu1', { files: [file] })
    await engine.submit([job], signal)
    expect(objects.get(`ConfigMap/${nameOf(job.id)}`)).toMatchObject({
      binaryData: { file0: Buffer.from('name: own\n').toString('base64') },
      metadata: { ownerReferences: [{ kind: 'Job', uid: `uid-of-${nameOf(job.id)}` }] },
    })
    writeFileSync(file, Buffer.alloc(800_000))
    expect((await engine.submit([jobOn('gpu2', { files: [file] })], signal))[0]!.reason).toContain('800000 bytes')
  })

  test('finds a Job that it made, with the files that a crash left out, and makes none', async () => {
    const { engine, objects, state } = cluster()
    const file = join(mkdtempSync(join(tmpdir(), 'files-')), 'own.yaml')
    writeFileSync(file, 'name: own\n')
    const [there, absent] = [jobOn('gpu1', { files: [file] }), jobOn('gpu2')]
    const [made] = await engine.submit([there], signal)
    objects.delete(`ConfigMap/${nameOf(there.id)}`)
    expect(await engine.find([there, absent], signal)).toEqual([made!.handle, null])
    expect([...objects.keys()]).toEqual([`Job/${nameOf(there.id)}`, `ConfigMap/${nameOf(there.id)}`])
    state.refuse = 'Error from server (Forbidden): jobs.batch "x" is forbidden: no right to delete'
    expect(await engine.cancel([made!.handle!])).toEqual([expect.stringContaining('no right to delete')])
  })

  test.each([
    [
      'Error from server (Forbidden): error when creating "STDIN": pods "x" is forbidden: exceeded quota: gpus',
      /exceeded quota/,
    ],
    ['Error from server (Invalid): error when creating "STDIN": Job.batch "x" is invalid: spec', /is invalid/],
    [
      'Error from server: error when creating "STDIN": admission webhook "policy" denied the request: no hostPath',
      /no hostPath/,
    ],
  ])('a Job that the cluster refuses has its reason: %s', async (stderr, reason) => {
    const { engine, state } = cluster()
    state.refuse = stderr
    expect(await engine.submit([jobOn('gpu1')], signal)).toEqual([
      { handle: null, reason: expect.stringMatching(reason) },
    ])
  })

  test.each([
    'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?',
    'error: You must be logged in to the server (Unauthorized)',
    'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
    'Error from server (TooManyRequests): the server has received too many requests',
  ])('a cluster that does not answer is no refusal: %s', async (stderr) => {
    const { engine, state } = cluster()
    state.refuse = stderr
    await expect(engine.submit([jobOn('gpu1')], signal)).rejects.toMatchObject({ code: 'environment' })
    await expect(engine.follow([], signal)).rejects.toMatchObject({ code: 'environment' })
  })

  test('a Job of the same name that is not of this campaign is not taken for it', async () => {
    const { engine, objects } = cluster()
    const name = nameOf(jobOn('gpu1').id)
    objects.set(`Job/${name}`, { kind: 'Job', metadata: { name, uid: 'u', annotations: {} } })
    expect((await engine.submit([jobOn('gpu1')], signal))[0]).toMatchObject({ handle: null })
  })
})

test('follow and cancel: the state of each in the order of the handles, by its pod', async () => {
  const { engine, objects } = cluster()
  const jobs = ['gpu1', 'gpu2', 'gpu3'].map((box) => jobOn(box))
  const handles = (await engine.submit(jobs, signal)).map(({ handle }) => handle!)
  const podOf = (name: string, status: object) =>
    objects.set(`Pod/${name}-x`, {
      kind: 'Pod',
      metadata: { name: `${name}-x`, labels: { 'joulemark/name': name } },
      status,
    })
  podOf(handles[1]!.native, { phase: 'Running' })
  podOf(handles[0]!.native, {
    phase: 'Failed',
    containerStatuses: [{ name: 'joulemark', state: { terminated: { exitCode: 4 } } }],
  })
  await engine.cancel([handles[2]!])
  expect(await engine.follow(handles, signal)).toMatchObject([
    { state: 'ended', exitCode: 4 },
    { state: 'running' },
    { state: 'lost', kind: 'cancelled' },
  ])
})

describe('collect', () => {
  /** Runs in the folder of a node. */
  function measured(node: string, names: readonly string[], baseline?: string): void {
    for (const name of names) {
      mkdirSync(join(node, 'joulemark-results', name), { recursive: true })
      writeFileSync(join(node, 'joulemark-results', name, 'run.json'), JSON.stringify(makeRun({ card: 'l40s' })))
    }
    if (baseline === undefined) return
    const entry = {
      box: ['GPU-1'],
      card: 'l40s',
      scenario: 's',
      scenarioSha256: 'x',
      source: 'live',
      runs: [baseline],
      setAt: '2026-11-01T00:00:00.000Z',
    }
    writeFileSync(join(node, 'joulemark-results', 'baselines.json'), JSON.stringify({ version: 1, baselines: [entry] }))
  }
  const [old, base, now] = ['20261001-000000-l40s-s', '20261101-000000-l40s-s', '20261127-013000-l40s-s'] as const

  test('brings the runs of the campaign, those of the baselines, and the log; older ones stay on the node', async () => {
    const { engine, node, objects } = cluster()
    measured(node, [old, base, now, '.part', 'x; rm -rf'], base)
    const job = jobOn('gpu1')
    const handle = (await engine.submit([job], signal))[0]!.handle!
    objects.set('Pod/p', {
      kind: 'Pod',
      metadata: { name: 'p', labels: { 'joulemark/name': handle.native } },
      status: {},
    })
    for (const _ of ['once', 'again']) {
      await engine.collect(handle, job.logFolder, signal)
      expect(readdirSync(job.logFolder).toSorted()).toEqual([base, now, 'baselines.json', `${job.id}.log`].toSorted())
    }
    expect(readFileSync(join(job.logFolder, `${job.id}.log`), 'utf8')).toBe('measured\n')
    expect(readdirSync(join(job.logFolder, '..'))).toEqual([basename(job.logFolder)])
    expect([...objects.keys()].filter((key) => key.includes('collect'))).toEqual([])
  })

  test('a node without records, and one whose pod is gone, give nothing and no error', async () => {
    const { engine } = cluster()
    const job = jobOn('gpu1')
    const handle = (await engine.submit([job], signal))[0]!.handle!
    await engine.collect(handle, job.logFolder, signal)
    expect(readdirSync(join(job.logFolder, '..'))).toEqual([])
  })

  test('a collector that never gets ready is removed', async () => {
    const { engine, objects, state } = cluster()
    const job = jobOn('gpu1')
    const handle = (await engine.submit([job], signal))[0]!.handle!
    state.wait = 'error: timed out waiting for the condition on pods/x'
    await expect(engine.collect(handle, job.logFolder, signal)).rejects.toMatchObject({ code: 'environment' })
    expect([...objects.keys()].filter((key) => key.startsWith('Pod/'))).toEqual([])
  })

  test('a shared folder is read here', async () => {
    const { engine, node, calls } = cluster()
    measured(node, [now])
    const job = jobOn('gpu1', { outFolder: join(node, 'joulemark-results') })
    const handle = (await engine.submit([job], signal))[0]!.handle!
    await engine.collect(handle, job.logFolder, signal)
    expect(readdirSync(job.logFolder)).toEqual([now])
    expect(calls.some((call) => call.includes('exec'))).toBe(false)
  })
})
