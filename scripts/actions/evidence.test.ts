import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../harness/errors.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { publicHexOf } from '../../harness/record/signing/signature.ts'
import { scenarioSchema } from '../../harness/scenario/schema.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import { UUID } from '../../harness/testing/live-record-box.ts'
import { buildProgram } from '../program.ts'
import { projectRoot } from '../support/tool-info.ts'
import { bundle } from './bundle.ts'
import { newKey } from './key.ts'
import { quote } from './quote.ts'
import { verify } from './verify.ts'

/** key, verify, quote and bundle as a person meets them, but for the process. Keys are made here and thrown away. */
const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
const env = { HOME: folder, PATH: '' }

/** Runs a command and returns its exit code, also after an error, and its output. */
async function said(command: (io: Parameters<typeof verify>[2]) => number | Promise<number>) {
  let stdout = ''
  let stderr = ''
  const write = (text: string) => {
    stderr += text
    return true
  }
  const print = (text: string) => {
    stdout += text
  }
  const io = { stdout: print, stderr: { isTTY: false, color: false, write }, env, columns: null, color: false }
  try {
    const code = await command(io)
    return { code, stdout, stderr }
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { code: error.exitCode, stdout, stderr: stderr + error.message }
  }
}

let run: LiveRun
let publicKey: string
beforeAll(async () => {
  await said((io) => newKey({}, io))
  const key = loadKey(env)
  if (key === null) throw new Error('no key was made')
  publicKey = publicHexOf(key)
  run = await writeLiveRun(join(folder, 'results'), { key })
})

describe('key new', () => {
  const path = join(folder, '.config', 'joulemark', 'signing-key.pem')
  test('makes a private key that only its owner may read, and shows only the public one', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const other = await said((io) => newKey({ out: join(folder, 'other.pem') }, io))
    expect(other.stdout).not.toContain(readFileSync(join(folder, 'other.pem'), 'utf8').split('\n')[1])
    expect(other.stdout).toMatch(/[0-9a-f]{64}/)
  })
  test('is made where joulemark.yaml has it, unless JOULEMARK_KEY names another place', async () => {
    const file = join(folder, 'key.yaml')
    writeFileSync(file, 'key: keys/configured.pem\n')
    const made = async (more: Record<string, string>) =>
      said(async (io) => {
        const own = { ...io, env: { ...env, ...more } }
        await buildProgram('1', own, () => {}).parseAsync(['key', 'new', '--config', file], { from: 'user' })
        return 0
      })
    expect((await made({})).stdout).toContain(join(folder, 'keys', 'configured.pem'))
    expect((await made({ JOULEMARK_KEY: join(folder, 'named.pem') })).stdout).toContain(join(folder, 'named.pem'))
  })
  test('never takes the place of a key, and makes none in this project', async () => {
    expect(await said((io) => newKey({}, io))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a key exists already'),
    })
    const inside = join(projectRoot, 'results', 'key.pem')
    expect(await said((io) => newKey({ out: inside }, io))).toMatchObject({ code: 2 })
    symlinkSync(projectRoot, join(folder, 'elsewhere'))
    const linked = join(folder, 'elsewhere', 'new-folder', 'key.pem')
    expect(await said((io) => newKey({ out: linked }, io))).toMatchObject({ code: 2 })
  })
  test('a key that others may read is refused, and so is one that was named and is not there', () => {
    const open = join(folder, 'open.pem')
    cpSync(path, open)
    chmodSync(open, 0o644)
    expect(() => loadKey({ JOULEMARK_KEY: open })).toThrow('chmod 600')
    expect(() => loadKey({ JOULEMARK_KEY: join(folder, 'none.pem') })).toThrow('cannot be read')
    expect(loadKey({ HOME: join(folder, 'nobody') })).toBeNull()
  })
})

describe('verify', () => {
  test('takes a run, or a folder of runs, and a key as hexadecimal or as a file', async () => {
    const { stdout, code } = await said((io) => verify([join(folder, 'results')], { key: publicKey }, io))
    expect([code, stdout]).toEqual([0, expect.stringContaining(`signed by  ${publicKey}`)])
    const pem = join(folder, '.config', 'joulemark', 'signing-key.pub.pem')
    expect(await said((io) => verify([run.directory], { key: pem, json: true }, io))).toMatchObject({ code: 0 })
    expect(await said((io) => verify([run.directory], { key: 'ff' }, io))).toMatchObject({ code: 2 })
  })
  test('exits 1 and names the file', async () => {
    const path = mkdtempSync(join(folder, 'spoilt-'))
    cpSync(run.directory, path, { recursive: true })
    writeFileSync(join(path, 'gpu.csv'), readFileSync(join(path, 'gpu.csv'), 'utf8').replaceAll(',340,', ',240,'))
    const { code, stdout } = await said((io) => verify([path], {}, io))
    expect(code).toBe(1)
    expect(stdout).toMatch(/gpu\.csv: was changed/)
    expect(stdout).toMatch(/trials\.0\.energyJ: recorded [\d.]+, recomputed [\d.]+/)
  })
})

describe('quote', () => {
  const flags = { customer: '<script>x</script>', out: join(folder, 'quotes'), pdf: true }
  test('writes a page, and the reason for no PDF without Chromium', async () => {
    const { code, stdout, stderr } = await said((io) => quote([run.directory], flags, io))
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Q\d{8}-[0-9a-f]{8}: no price, DRAFT$/m)])
    expect(stderr).toContain('DRAFT: no seller is stated; add seller.name to an inputs file')
    expect(stderr).toContain('no PDF: Chromium is not installed')
    const [html] = readdirSync(flags.out).filter((name) => name.endsWith('.html'))
    expect(readFileSync(join(flags.out, html as string), 'utf8')).not.toContain('<script>x')
  })
  test('of text and images on one server has a price for each, and escapes the name of the customer', async () => {
    const model = 'stabilityai/stable-diffusion-xl-base-1.0'
    const image = { size: '1024x1024', steps: 2, guidance: 1, batch: 1 }
    const load = { shape: 'closed', concurrency: 8 }
    const trial = { seconds: 20, warmupSeconds: 0 }
    const over = {
      scenario: scenarioSchema.parse({ name: 'sdxl', title: 'SDXL', kind: 'image', model: 'sdxl', load, image, trial }),
      endpoint: { ...run.record.endpoint, engine: 'vllm-omni', model, modelRoot: null, servedModels: [model] },
    }
    const images = await writeLiveRun(join(folder, 'others'), { key: loadKey(env), over, id: '20261120-113000-sdxl' })
    const out = join(folder, 'two')
    const customer = '=HYPERLINK("http://evil","x")<script>alert(1)</script>\u202E\u001b[31m'
    const inputs = join(folder, 'price-alone.yaml')
    writeFileSync(inputs, 'pricePerMonth: 900\n')
    const { code, stdout } = await said((io) =>
      quote([run.directory, images.directory], { customer, inputs, out, pdf: false }, io),
    )
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Q\d{8}-[0-9a-f]{8}: £900\.00 per month, ex VAT \(£1,080\.00 inc VAT\), DRAFT\n$/),
    ])
    const names = readdirSync(out)
    expect(names.toSorted()).toEqual([
      expect.stringMatching(/^quote-Q\d{8}-[0-9a-f]{8}-DRAFT\.html$/),
      expect.stringMatching(/^quote-Q\d{8}-[0-9a-f]{8}-DRAFT\.json$/),
    ])
    for (const name of names) {
      const text = readFileSync(join(out, name), 'utf8')
      for (const part of ['<script', '\u202E', '\u001b']) expect(text).not.toContain(part)
      for (const part of ['million output tokens', '1,000 images', publicKey]) expect(text).toContain(part)
      for (const secret of ['gpu-box-7', UUID, '10.20.30.40', 'alice', 'PRIVATE']) expect(text).not.toContain(secret)
    }
  })
  test('of a simulated run is refused in one line that names the gate', async () => {
    const over = { source: 'simulated' as const, sourceEvidence: ['a stamp'] }
    const simulated = await writeLiveRun(join(folder, 'others'), { key: loadKey(env), over })
    const { code, stdout, stderr } = await said((io) => quote([simulated.directory], flags, io))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`not quotable: ${simulated.record.id}: live-source fail: SIMULATED: a stamp`)
  })
  test('of a live run without a card is refused for what was not measured, every gate named', async () => {
    const over = { gpus: [], gpusReason: 'no nvidia-smi here', telemetry: undefined as never }
    const blind = await writeLiveRun(join(folder, 'others'), { key: loadKey(env), over })
    const { code, stderr } = await said((io) => quote([blind.directory], flags, io))
    expect(code).toBe(1)
    expect(stderr).toMatch(/: card-match not-measured: .*; also (\S+ not-measured, ){3}energy-coverage not-measured$/)
    expect(stderr.split('\n')).toHaveLength(1)
  })
  test.each([
    ['an edited run', (text: string) => text.replace('"quotable": true', '"quotable": true '), 'verify: run.json line'],
    [
      'a run that lost its signature',
      (text: string) => text.replace(/,\n {2}"signature": \{[^}]*\}/, ''),
      'signature: the record is not signed',
    ],
  ])('of %s is refused', async (_, edit, reason) => {
    const path = mkdtempSync(join(folder, 'edited-'))
    cpSync(run.directory, path, { recursive: true })
    writeFileSync(join(path, 'run.json'), edit(readFileSync(join(path, 'run.json'), 'utf8')))
    expect(await said((io) => quote([path], flags, io))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(reason),
    })
  })
  test.each([
    ['a number that is a path', { number: '../x' }],
    ['no customer', { customer: ' ' }],
    ['inputs that are not there', { inputs: 'nope.yaml' }],
  ])('with %s is bad input', async (_, over) => {
    expect(await said((io) => quote([run.directory], { ...flags, ...over }, io))).toMatchObject({ code: 2 })
  })
  test('takes seller, price and margin from joulemark.yaml, through the command line', async () => {
    const file = join(folder, 'quote.yaml')
    writeFileSync(
      file,
      'seller: { name: Configured Ltd }\nquote: { marginShareOfPrice: 50% }\nwriteOffMonths: 10\n' +
        'electricity: { tariffGbpPerKwh: 0 }\n' +
        `prices:\n  ${run.record.card.key}: { purchaseGbp: 5000, source: an offer, date: 2026-11-20 }\n`,
    )
    const out = join(folder, 'configured')
    const words = [
      'quote',
      run.directory,
      '--customer',
      'ACME',
      '--internal',
      '--no-pdf',
      '--out',
      out,
      '--config',
      file,
    ]
    const { stdout, stderr } = await said(async (io) => {
      await buildProgram('1', io, () => {}).parseAsync(words, { from: 'user' })
      return 0
    })
    expect(stderr).toContain('wrote')
    expect(stdout).toMatch(/: no price, DRAFT\n$/)
    const [sheet, page] = readdirSync(out)
      .filter((name) => name.endsWith('.html'))
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .toSorted((a, b) => Number(b.includes('INTERNAL')) - Number(a.includes('INTERNAL')))
    // 5000 / 10 months, and half of the price is margin: for the seller alone, because it is of the cards alone
    expect(sheet).toContain('£1,000.00')
    const html = page as string
    expect(html).not.toContain('£')
    expect(html).toContain('Configured Ltd')
    expect(html).toContain('Still to be stated: the price.')
    expect(stderr).toContain('it is made from the price of its cards alone, from an offer (2026-11-20)')
  })
  test('inputs with mistakes are named by file, line and field', async () => {
    const path = join(folder, 'inputs.yaml')
    writeFileSync(path, 'box:\n  capexGbp: 100\nelectricity:\n  tariffGbpPerKwh: cheap\n  pu: 1\n')
    const { stderr } = await said((io) => quote([run.directory], { ...flags, inputs: path }, io))
    expect(stderr).toContain(`${path}:4: electricity.tariffGbpPerKwh: expected a number, got "cheap"`)
    expect(stderr).toContain(`${path}:5: electricity.pu: unknown key; did you mean "pue"?`)
  })
})

describe('bundle', () => {
  test('verifies, whole or redacted, and the redacted one has no names in any file', async () => {
    for (const redact of [false, true]) {
      const out = join(folder, `bundle-${redact}.tar`)
      expect(await said((io) => bundle([run.directory], { out, redact }, io))).toMatchObject({ code: 0 })
      const checked = await said((io) => verify([out], { key: publicKey }, io))
      expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(/^verified: .*\nverified: /)])
      const text = readFileSync(out, 'latin1')
      for (const name of ['gpu-box-7', UUID, '10.20.30.40', 'alice']) expect(text.includes(name)).toBe(!redact)
      expect(text).not.toContain('PRIVATE KEY')
    }
  })
  test('is redacted by default, and lists what it still shows', async () => {
    const out = join(folder, 'bundle-default.tar')
    const { code, stderr } = await said((io) => bundle([run.directory], { out }, io))
    expect(code).toBe(0)
    expect(stderr).toMatch(/, redacted\nleft in; read it before you send the bundle:\n/)
    expect(stderr).toContain(`\n  title: ${run.record.scenario.title} (may name a customer)\n`)
    expect(stderr).not.toContain('not signed')
    expect(readFileSync(out, 'latin1')).not.toContain('gpu-box-7')
    const whole = await said((io) => bundle([run.directory], { out, redact: false }, io))
    expect(whole.stderr).toMatch(/, with the names of hosts and users\n$/)
  })
  test('is the same twice', async () => {
    const [a, b] = [join(folder, 'a.tar'), join(folder, 'b.tar')]
    for (const out of [a, b]) await said((io) => bundle([run.directory], { out }, io))
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true)
  })
  test('with one flipped bit anywhere does not verify', async () => {
    const out = join(folder, 'bundle-flip.tar')
    await said((io) => bundle([run.directory], { out }, io))
    const bytes = readFileSync(out)
    const places = [0, 150, 600, 5000, bytes.length >> 1, bytes.length - 2000, bytes.length - 1]
    for (const at of places) {
      const spoilt = Buffer.from(bytes)
      spoilt[at] = (spoilt[at] as number) ^ 1
      writeFileSync(out, spoilt)
      expect((await said((io) => verify([out], {}, io))).code, `byte ${at} of ${bytes.length}`).toBe(1)
    }
    writeFileSync(out, Buffer.concat([bytes, Buffer.from('x')]))
    expect((await said((io) => verify([out], {}, io))).code).toBe(1)
  })
  test.each([
    ['a path out of it', { name: '../../escape' }],
    ['an absolute path', { name: '/tmp/escape' }],
    ['a link', { name: 'runs', type: 'symlink' as const, linkname: '/etc' }],
  ])('that holds %s is refused and nothing is written', async (_, header) => {
    const tar = pack()
    tar.entry(header, 'type' in header ? '' : 'x')
    tar.finalize()
    const out = join(folder, 'hostile.tar')
    const chunks: Buffer[] = []
    for await (const chunk of tar) chunks.push(chunk as Buffer)
    writeFileSync(out, Buffer.concat(chunks))
    const { code, stdout } = await said((io) => verify([out], {}, io))
    expect([code, stdout]).toEqual([1, expect.stringContaining('which is not allowed in a bundle')])
  })
  test('refuses a run that does not verify', async () => {
    const path = mkdtempSync(join(folder, 'broken-'))
    cpSync(run.directory, path, { recursive: true })
    writeFileSync(join(path, 'gaps.csv'), 'x')
    const ended = await said((io) => bundle([path], { out: join(folder, 'no.tar') }, io))
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('gaps.csv was changed') })
  })
})
