import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepCampaign } from '../../../harness/fleet/state.ts'
import { writeAcceptance } from '../../../harness/record/acceptance-file.ts'
import { baselinesFrom, writeBaselines } from '../../../harness/record/baselines.ts'
import { readRun } from '../../../harness/record/read.ts'
import { newKeyPair, readPrivateKey } from '../../../harness/record/signing/signature.ts'
import { withStore } from '../../../harness/store/db/open.ts'
import { pushRun } from '../../../harness/store/push.ts'
import { type LiveRun, writeLiveRun } from '../../../harness/testing/live-record.ts'
import { copyOfRun } from '../../../harness/testing/run-copies.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { Access } from './access.ts'
import { dashboardApp } from './app.ts'
import { PageMaker } from './page-maker.ts'
import { folderSource, type RunSource, storeSource } from './run-source.ts'

const root = mkdtempSync(join(tmpdir(), 'dashboard-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const TOKEN = 'a-token-of-some-length'
const { io } = saidIo({ env: { XDG_CACHE_HOME: join(root, 'cache') } })
const results = join(root, 'results')
const store = { kind: 'sqlite', file: join(root, 'store.sqlite') } as const
let original: LiveRun

/** Runs of two live boxes, one of them judged, and of a simulated one, in a folder and in a store. */
beforeAll(async () => {
  original = await writeLiveRun(join(root, 'original'), { key, chain: join(root, 'chain') })
  const { host, gpus } = original.record
  const runs = ['gpu1', 'gpu2', 'sim1'].flatMap((hostname, box) =>
    [0, 1].map((start) =>
      copyOfRun(
        original,
        results,
        {
          id: `run-${hostname}-${start}`,
          startedAt: `2026-11-2${start}T10:0${box}:00.000Z`,
          host: { ...host, hostname },
          gpus: gpus.map((gpu) => ({ ...gpu, uuid: `GPU-${hostname}`, driver: start === 0 ? '580.1' : '590.1' })),
          ...(hostname === 'sim1' ? { source: 'simulated' as const, sourceEvidence: ['a test'], quotable: false } : {}),
        },
        key,
      ),
    ),
  )
  await writeAcceptance(await readRun(runs[0]!.directory), { verdict: 'accepted', failed: [], at: new Date(0) }, null)
  await withStore(store, {}, 'write', async (open) => {
    for (const { directory } of runs) expect(await pushRun(open, directory)).toMatchObject({ outcome: 'pushed' })
  })
})

function appOf(reader: RunSource, token: string | null = null) {
  const access = new Access(token)
  const bugs: Error[] = []
  const pages = new PageMaker({ reader, folders: [results], canLogOut: access.hasToken })
  const app = dashboardApp({ access, pages, hostNames: [], onBug: (error) => bugs.push(error) })
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { host: 'localhost:8090', ...(init.headers as Record<string, string>) }
    const response = await app.request(`http://localhost:8090${path}`, { ...init, headers })
    expect(bugs).toEqual([])
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { ask }
}

const kinds: readonly (readonly [string, () => Promise<RunSource>])[] = [
  ['a store', async () => storeSource(store, io)],
  ['folders', () => folderSource([results], io)],
]

describe.each(kinds)('the pages of %s', (kind, open) => {
  let ask: ReturnType<typeof appOf>['ask']
  beforeAll(async () => {
    ask = appOf(await open()).ask
  })

  test.each([
    ['/', /<h1>Fleet/, /href="\/server\?host=gpu2"/],
    ['/?q=host%3Dgpu1', /<h1>Fleet/, /value="host=gpu1"/],
    ['/?q=driver%3D580.*', /<h1>Fleet/, /gpu1/],
    ['/cards', /<h1>Cards/, /\/card\?card=rtx-4090/],
    ['/card?card=rtx-4090', /<h1>Card rtx-4090/, /Spread between the units/],
    ['/scenarios', /<h1>Scenarios/, /\/scenario\?name=/],
    ['/server?host=gpu1', /<h1>Server gpu1/, /accepted on 1970-01-01/],
    ['/quotable', /<h1>Quotable figures/, /Can be quoted now.*\/run\?digest=[0-9a-f]{64}/s],
    ['/running', /<h1>Running: nothing/, /No run is in progress/],
    ['/compare', /<h1>Compare/, /driver 580\.1 against driver 590\.1/],
    [
      '/compare?before=driver%3D580.1&after=driver%3D590.1',
      /Candidate against baseline/,
      /Change by unit and scenario/,
    ],
    [
      '/compare?before=host%3Dgpu1+driver%3D580.1&after=host%3Dgpu1+driver%3D590.1',
      /Candidate against baseline/,
      /Differences between/,
    ],
    ['/compare?before=host%3Dnone&after=', /nothing to compare/, /The query of the baseline finds no run/],
  ])('%s', async (path, title, part) => {
    const { status, text } = await ask(path)
    expect([status, text.match(title) !== null, text.match(part) !== null]).toEqual([200, true, true])
  })

  test('a run is found by its digest, and says how it is proved', async () => {
    const { text } = await ask(`/scenario?name=${encodeURIComponent(original.record.scenario.name)}`)
    const [, digest] = /\/run\?digest=([0-9a-f]{64})/.exec(text)!
    const page = await ask(`/run?digest=${digest}`)
    expect(page.text).toMatch(/joulemark quote (store:[0-9a-f]{16}|\/.*run-gpu\d-\d) --customer/)
    expect(page.text).toMatch(kind === 'folders' ? /joulemark verify .*run-gpu/ : /joulemark store verify [0-9a-f]{16}/)
  })

  test('live and simulated runs are never on one page', async () => {
    const [live, simulated] = [await ask('/'), await ask('/?source=simulated')]
    expect([live.text.includes('sim1'), /SIMULATED:</.test(live.text)]).toEqual([false, false])
    expect([simulated.text.includes('gpu1'), /SIMULATED:</.test(simulated.text)]).toEqual([false, true])
    expect((await ask('/server?host=sim1')).status).toBe(404)
    expect((await ask('/quotable')).text).not.toContain('sim1')
    expect((await ask('/compare?before=source%3Dsimulated&after=&source=live')).text).toContain('finds no run')
  })

  test('what is not there is 404, what cannot be read is 400 with the reason', async () => {
    for (const path of [
      '/nope',
      '/server?host=none',
      '/server',
      '/card?card=*',
      '/scenario?name=%00',
      '/run?digest=zz',
      '/..%2f..%2fetc',
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 404])
    }
    const bad = await ask('/?q=hots%3Dgpu1')
    expect([bad.status, bad.text.includes('unknown hots')]).toEqual([400, true])
    expect((await ask(`/?q=${'a'.repeat(3000)}`)).status).toBe(400)
  })
})

describe('metrics', () => {
  test('are those of `report --format openmetrics`, with the source of each series; a store that is away is 503', async () => {
    const { status, headers, text } = await appOf(storeSource(store, io)).ask('/metrics')
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/openmetrics-text/),
    ])
    expect(text).toMatch(/^joulemark_\w+{[^}]*gpu1[^}]*} /m)
    expect(text.endsWith('# EOF\n')).toBe(true)
    const away = await appOf(storeSource({ kind: 'sqlite', file: join(root, 'none') }, io)).ask('/metrics')
    expect(away.status).toBe(503)
    expect((await appOf(storeSource(store, io), TOKEN).ask('/metrics')).status).toBe(401)
  })
})

describe('headers', () => {
  test('allow nothing but what the dashboard serves itself', async () => {
    const { ask } = appOf(storeSource(store, io))
    const { headers } = await ask('/')
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*script-src 'self'; .*frame-ancestors 'none'$/,
    )
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe|https?:/)
    expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store'])
  })

  test('a name that is not ours is refused before anything is read, and only GET is answered', async () => {
    const { ask } = appOf(storeSource({ kind: 'sqlite', file: join(root, 'none') }, io))
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(403)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect((await ask('/', { method })).status).toBe(405)
  })
})

describe('with a token', () => {
  const { ask } = appOf(storeSource(store, io), TOKEN)
  const form = (token: string, headers: Record<string, string> = {}) => ({
    method: 'POST',
    body: new URLSearchParams({ token }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })

  test('no page says anything without it; a browser gets the form', async () => {
    expect([(await ask('/')).status, (await ask('/server?host=gpu1')).status]).toEqual([401, 401])
    const sent = await ask('/', { headers: { accept: 'text/html' } })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/login'])
    const login = await ask('/login')
    expect([login.status, /gpu1|store\.sqlite/.test(login.text)]).toEqual([200, false])
    expect((await ask('/healthz')).text).toBe('ok\n')
  })

  test('it is taken as a header, and by the form for a session that ends', async () => {
    expect((await ask('/', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200)
    expect((await ask(`/?token=${TOKEN}`)).status).toBe(401)
    expect((await ask('/login', form('wrong'))).status).toBe(401)
    expect((await ask('/login', form(TOKEN, { origin: 'http://evil.example' }))).status).toBe(403)
    expect((await ask('/login', form('x'.repeat(9999)))).status).toBe(413)
    const { status, headers } = await ask('/login', form(TOKEN, { origin: 'http://localhost:8090' }))
    const cookie = headers.get('set-cookie')!
    expect([status, cookie]).toEqual([303, expect.stringMatching(/HttpOnly; SameSite=Strict/)])
    expect(cookie).not.toContain(TOKEN)
    const session = { headers: { cookie: cookie.split(';')[0]! } }
    expect((await ask('/', session)).status).toBe(200)
    expect((await ask('/logout', { method: 'POST', ...session })).status).toBe(303)
    expect((await ask('/', session)).status).toBe(401)
  })
})

test('wrong tokens of one address do not keep the right one of another from reading', async () => {
  const access = new Access(TOKEN)
  const pages = new PageMaker({ reader: storeSource(store, io), folders: [results], canLogOut: true })
  const app = dashboardApp({ access, pages, hostNames: [], onBug: () => undefined })
  const statusOf = async (token: string, remoteAddress: string) => {
    const headers = { host: 'localhost:8090', authorization: `Bearer ${token}`, 'x-forwarded-for': '10.0.0.7' }
    const incoming = { socket: { remoteAddress } }
    return (await app.request('http://localhost:8090/metrics', { headers }, { incoming })).status
  }
  for (let tries = 0; tries < 10; tries += 1) expect(await statusOf('wrong', '10.0.0.8')).toBe(401)
  expect([await statusOf(TOKEN, '10.0.0.8'), await statusOf(TOKEN, '10.0.0.7')]).toEqual([401, 200])
})

describe('a store that changes or fails', () => {
  test('one that cannot be reached is a page with 503, and is read again once it is there', async () => {
    const file = join(root, 'away.sqlite')
    const { ask } = appOf(storeSource({ kind: 'sqlite', file }, io))
    const away = await ask('/')
    expect([away.status, away.headers.get('retry-after'), /no such store/.test(away.text)]).toEqual([503, '5', true])
    writeFileSync(file, 'this is no database, but something else of some length')
    expect((await ask('/')).text).toMatch(/no SQLite file/)
    cpSync(store.file, file)
    expect((await ask('/')).status).toBe(200)
    renameSync(file, `${file}.gone`)
    expect((await ask('/')).status).toBe(503)
  })

  test('an empty one says what to type', async () => {
    const address = { kind: 'sqlite', file: join(root, 'empty.sqlite') } as const
    await withStore(address, {}, 'write', async () => undefined)
    const { text } = await appOf(storeSource(address, io)).ask('/')
    expect(text).toMatch(/No run is here yet.*joulemark store push/s)
  })

  test('a record of a later version is named, and the others are shown', async () => {
    const address = { kind: 'sqlite', file: join(root, 'later.sqlite') } as const
    cpSync(store.file, address.file)
    await withStore(address, {}, 'write', async ({ db }) => {
      await db.updateTable('runs').set({ record: '{"schemaVersion":99}' }).where('id', '=', 'run-gpu1-1').execute()
    })
    const { status, text } = await appOf(storeSource(address, io)).ask('/')
    expect([status, text]).toEqual([200, expect.stringMatching(/run-gpu1-1: schemaVersion 99/)])
    expect(text).toContain('gpu2')
  })

  test('a push is on the next page', async () => {
    const address = { kind: 'sqlite', file: join(root, 'pushed.sqlite') } as const
    cpSync(store.file, address.file)
    const { ask } = appOf(storeSource(address, io))
    expect((await ask('/')).text).not.toContain('gpu9')
    const added = copyOfRun(original, join(root, 'added'), {
      id: 'run-gpu9',
      host: { ...original.record.host, hostname: 'gpu9' },
    })
    await withStore(address, {}, 'write', (open) => pushRun(open, added.directory))
    expect((await ask('/')).text).toContain('gpu9')
  })
})

describe('folders', () => {
  test('of one box each are read; runs come, go, and are refused with their reason', async () => {
    const fleet = join(root, 'fleet')
    const { host } = original.record
    const add = (box: string, id: string) =>
      copyOfRun(original, join(fleet, box), { id, host: { ...host, hostname: box } }).directory
    mkdirSync(fleet)
    add('a1', 'run-a1')
    const broken = add('a2', 'run-a2')
    const reader = await folderSource([fleet], io)
    const fresh = async () => (await appOf(await folderSource([fleet], io)).ask('/')).text
    expect(await fresh()).toMatch(/href="\/server\?host=a1".*href="\/server\?host=a2"/s)
    writeFileSync(join(broken, 'gpu.csv'), 'x')
    expect(await fresh()).toMatch(/Not shown: 1 run.*run-a2: gpu\.csv: was changed/s)
    rmSync(broken, { recursive: true })
    const last = await fresh()
    expect([last.includes('a2'), last.includes('a1')]).toEqual([false, true])
    reader.close()
  })

  test('one that is not there is one line', async () => {
    await expect(folderSource([join(root, 'none')], io)).rejects.toThrow(/none: no such run or folder of runs/)
  })

  test('an index that is spoilt is made again', async () => {
    const folder = join(root, 'spoilt')
    cpSync(results, folder, { recursive: true })
    const cache = join(root, 'spoilt-cache')
    const own = saidIo({ env: { XDG_CACHE_HOME: cache } }).io
    ;(await folderSource([folder], own)).close()
    const { cachePath } = await import('../../../harness/store/folder/folder-index.ts')
    writeFileSync(cachePath('dashboard', [folder], own.env), 'no database, but some text of a length')
    expect((await appOf(await folderSource([folder], own)).ask('/')).text).toContain('gpu1')
  })

  test('a baseline that is set is on the next page, although no run has changed', async () => {
    const folder = join(root, 'judged')
    const copies = [20, 21].map((day) =>
      copyOfRun(original, folder, { id: `run-${day}`, startedAt: `2026-11-${day}T10:00:00.000Z` }),
    )
    const reader = await folderSource([folder], io)
    const { ask } = appOf(reader)
    const verdict = /^joulemark_baseline_verdict_info\{/m
    expect((await ask('/metrics')).text).not.toMatch(verdict)
    await writeBaselines(folder, baselinesFrom([await readRun(copies[0]!.directory)], folder, new Date(0)))
    expect((await ask('/metrics')).text).toMatch(verdict)
    reader.close()
  })

  test('a campaign of fleet run is on the page of what runs, and its runs on the others', async () => {
    const out = join(root, 'campaign')
    copyOfRun(original, join(out, 'boxes', 'c1'), {
      id: 'run-c1',
      host: { ...original.record.host, hostname: 'c1' },
    })
    const since = '2026-11-27T01:00:00.000Z'
    const box = { part: 'fleet', attempt: 1, losses: 0, handle: null, exitCode: null, lossKind: null, since } as const
    keepCampaign(out, {
      ...{
        version: 1,
        id: 'jm-rack-7',
        name: 'rack-7',
        engine: 'slurm',
        fleetFile: '/f.yaml',
        work: 'w',
        createdAt: since,
      },
      ...{ against: null, canary: null },
      boxes: [
        { ...box, box: 'c1', state: 'measured', running: false, exitCode: 0, runs: 1, reason: null },
        { ...box, box: 'c2', state: 'submitted', running: true, runs: 0, reason: '<b>Resources' },
      ],
    })
    const reader = await folderSource([out], io)
    const pages = new PageMaker({ reader, folders: [out], canLogOut: false })
    const { text } = await pages.page(new URL('http://localhost/running'))
    expect(text).toMatch(/Fleet rack-7: jm-rack-7: 2 boxes: 1 measured, 1 running.*&lt;b&gt;Resources/s)
    expect((await pages.page(new URL('http://localhost/'))).text).toContain('/server?host=c1')
  })

  test('a run that has not ended is one in progress', async () => {
    const folder = join(root, 'open')
    copyOfRun(original, folder, { id: 'open-run', status: 'running' })
    const pages = new PageMaker({ reader: storeSource(store, io), folders: [folder], canLogOut: false })
    const { text } = await pages.page(new URL('http://localhost/running'))
    expect(text).toMatch(/open-run.*abandoned/s)
  })
})
