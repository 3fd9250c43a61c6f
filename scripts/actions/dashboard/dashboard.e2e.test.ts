import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKeyPair, readPrivateKey } from '../../../harness/record/signing/signature.ts'
import { withStore } from '../../../harness/store/db/open.ts'
import { pushRun } from '../../../harness/store/push.ts'
import { freePort } from '../../../harness/testing/free-ports.ts'
import { writeLiveRun } from '../../../harness/testing/live-record.ts'
import { cliWords, runCli } from '../../../harness/testing/run-cli.ts'
import { copyOfRun } from '../../../harness/testing/run-copies.ts'
import { axeViolations, chromiumHere } from '../../../reports/testing/in-browser.ts'

const root = mkdtempSync(join(tmpdir(), 'dashboard-e2e-'))
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
const TOKEN = 'a-token-of-some-length'
const address = `sqlite:${join(root, 'store.sqlite')}`

/** Four live boxes before and after a driver, and a simulated one. */
beforeAll(async () => {
  const key = readPrivateKey(newKeyPair().privatePem, 'test key')
  const original = await writeLiveRun(join(root, 'original'), { key, chain: join(root, 'chain') })
  const { host, gpus } = original.record
  await withStore({ kind: 'sqlite', file: join(root, 'store.sqlite') }, {}, 'write', async (store) => {
    for (const [box, hostname] of ['gpu1', 'gpu2', 'gpu3', 'gpu4', 'sim1'].entries()) {
      for (const start of [0, 1, 2, 3]) {
        const { directory } = copyOfRun(
          original,
          join(root, 'runs'),
          {
            id: `run-${hostname}-${start}`,
            startedAt: `2026-11-0${1 + start}T10:0${box}:00.000Z`,
            host: { ...host, hostname },
            gpus: gpus.map((gpu) => ({ ...gpu, uuid: `GPU-${hostname}`, driver: start < 2 ? '580.1' : '590.1' })),
            ...(hostname === 'sim1'
              ? { source: 'simulated' as const, sourceEvidence: ['a test'], quotable: false }
              : {}),
          },
          key,
        )
        await pushRun(store, directory)
      }
    }
  })
})

interface Running {
  readonly url: string
  readonly child: ChildProcess
}

/** Starts the dashboard; it says its address once it listens. */
async function started(...words: readonly string[]): Promise<Running> {
  const port = String(await freePort())
  const child = spawn(process.execPath, cliWords('dashboard', '--store', address, '--port', port, ...words), {
    env: {
      ...process.env,
      JOULEMARK_DASHBOARD_TOKEN: words.includes('--host') ? TOKEN : '',
      XDG_CACHE_HOME: join(root, 'cache'),
    },
    cwd: root,
  })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  const [line] = (await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(said))),
  ])) as [string]
  return { url: line.trim(), child }
}

async function stopped({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

test('a port that is taken, and an address that others reach without a token, are one line and exit code 2', async () => {
  const running = await started()
  const { port } = new URL(running.url)
  const [taken, open] = await Promise.all([
    runCli(['dashboard', '--store', address, '--port', port], { cwd: root }),
    runCli(['dashboard', '--store', address, '--port', '0', '--host', '0.0.0.0'], {
      cwd: root,
      env: { JOULEMARK_DASHBOARD_TOKEN: '' },
    }),
  ])
  expect([taken.code, taken.stderr]).toEqual([
    2,
    `--port ${port}: another program listens there; choose another port\n`,
  ])
  expect([open.code, open.stderr]).toEqual([
    2,
    expect.stringMatching(/^--host 0\.0\.0\.0: .*JOULEMARK_DASHBOARD_TOKEN.*\n$/),
  ])
  expect(await stopped(running, 'SIGTERM')).toBe(0)
})

describe.skipIf(chromiumHere === undefined)('in a browser', () => {
  let running: Running
  let browser: Browser
  let page: Page
  const problems: string[] = []
  const outside: string[] = []
  beforeAll(async () => {
    running = await started('--host', '127.0.0.1')
    const home = join(root, 'browser')
    browser = await chromium.launch({
      executablePath: chromiumHere!,
      args: ['--no-sandbox'],
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(running.url)) outside.push(request.url())
    })
  })
  afterAll(async () => {
    await browser?.close()
    expect(await stopped(running, 'SIGINT')).toBe(0)
  })

  test('the token is asked for once, and is in no address', async () => {
    await page.goto(running.url)
    expect(await page.title()).toContain('Log in')
    expect(await axeViolations(page)).toEqual([])
    await page.getByLabel('Token').fill(TOKEN)
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Fleet")')
    expect(page.url()).toBe(running.url)
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  })

  test('a keyboard leads from the fleet to a box, to a run, and to a comparison', async () => {
    await page.goto(running.url)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.locator('.heat tbody th a').first().press('Enter')
    await page.waitForSelector('h1:has-text("Server gpu1")')
    await page.locator('#t-runs tbody th a').first().press('Enter')
    await page.waitForSelector('h1:has-text("Run run-gpu1-3")')
    await page.getByRole('link', { name: 'Compare' }).press('Enter')
    await page.getByLabel('Baseline').fill('driver=580.*')
    await page.getByLabel('Candidate').fill('driver=590.*')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Candidate against baseline: ")')
    expect(await page.locator('.heat tbody tr').count()).toBe(5)
  })

  test('tables are sorted by a click, by the script that is served here', async () => {
    await page.goto(`${running.url}cards`)
    await page.goto(`${running.url}`)
    const runs = () => page.locator('#t-servers tbody td[data-column=runs]').allTextContents()
    const before = (await runs()).map(Number)
    const head = page.locator('#t-servers thead button').first()
    await head.click()
    await head.click()
    expect(await page.locator('#t-servers thead th[aria-sort]').textContent()).toBe('Runs')
    expect((await runs()).map(Number)).toEqual(before.toSorted((a, b) => b - a))
  })

  test.each([
    '',
    '?source=simulated',
    'server?host=gpu2',
    'cards',
    'card?card=rtx-4090',
    'scenarios',
    'scenario',
    'compare?before=driver%3D580.*&after=driver%3D590.*',
    'compare?before=driver%3D580.*+host%3Dgpu1&after=driver%3D590.*+host%3Dgpu1',
    'quotable',
    'running',
  ])('axe finds nothing wrong on /%s, light, dark, and on a phone, which scrolls tables only', async (path) => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
    if (path === 'scenario') {
      await page.goto(`${running.url}scenarios`)
      await page.locator('#t-scenarios tbody th a').first().click()
      await page.waitForSelector('h1:has-text("Scenario")')
    } else await page.goto(`${running.url}${path}`)
    expect(await axeViolations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await axeViolations(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(await axeViolations(page)).toEqual([])
  })

  test('nothing was asked of another server, and the policy refused nothing', () => {
    expect([outside, problems]).toEqual([[], []])
  })
})
