import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absent, disk, GB, hub, large, needs, plan, small, well } from '../../testing/preflight-facts.ts'
import { preflightChecks } from './checks/checks.ts'
import { diskFit, IMAGE_BYTES, missingBytes, RESERVE_BYTES } from './disk-fit.ts'
import { fault, type PreflightFacts, unknown } from './facts.ts'
import { narrowed } from './narrow.ts'

const checkOf = (id: string, facts: PreflightFacts) => preflightChecks(facts, plan).find((check) => check.id === id)!
const runsOf = ({ stages }: typeof plan) => [
  ...new Set(
    stages.flatMap(({ parts }) =>
      parts.flatMap(({ lanes }) => lanes.flatMap(({ runs }) => runs.map(({ name }) => name))),
    ),
  ),
]

describe('a box that is well', () => {
  test('passes every check, and its plan stays as it is', () => {
    const checks = preflightChecks(well(), plan)
    expect(checks.filter(({ status }) => status !== 'pass')).toEqual([])
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
    expect(narrowed(plan, well())).toEqual({ plan, ends: null })
  })

  test('says what is to come: bytes, rate, time, the key that will be made', () => {
    const bytes = needs.weights.reduce((sum, each) => sum + (each.bytes ?? 0), 0)
    expect(checkOf('weights', well()).read).toBe(
      `0 of 3 repositories are in the cache; ${(bytes / GB).toFixed(0)} GB to download, about ${Math.round(bytes / 80e6 / 60)} min by one connection`,
    )
    expect(checkOf('hub', well()).read).toBe('huggingface.co answers in 42 ms, 640 Mbit/s by one connection')
    expect(checkOf('signing-key', well()).read).toContain('none yet; the first live run makes /home/me')
  })

  test('what is not known is no fault', () => {
    const why = unknown('not tried')
    const dark = well({
      engine: why,
      gpus: why,
      images: needs.images.map((image) => ({ image, finding: why })),
      disks: { images: why, weights: why },
      ports: needs.ports.map((port) => ({ port, finding: why })),
      key: why,
      ...hub({
        reach: why,
        token: why,
        access: needs.weights.map(({ repository }) => ({ repository, finding: why })),
        rate: why,
        clockOffsetS: why,
      }),
    })
    const statuses = preflightChecks(dark, plan).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'fail' || status === 'warn')).toEqual([])
    expect(narrowed(plan, dark)).toEqual({ plan, ends: null })
  })
})

describe('a cause that hits everything ends the night, with what to type', () => {
  test.each([
    ['container-engine', { engine: fault('Cannot connect to the Docker daemon', 'sudo systemctl start docker') }],
    ['gpu-container', { gpus: fault('could not select device driver', 'sudo nvidia-ctk') }],
    ['image', { images: needs.images.map((image) => ({ image, finding: fault('no such host', 'getent hosts') })) }],
    ['hub', hub({ reach: fault('no such host: huggingface.co', 'getent hosts huggingface.co') })],
    ['ports', { ports: needs.ports.map((port) => ({ port, finding: fault(`port ${port} is taken`, 'ss -ltnp') })) }],
    ['gpu-container', { gpus: { state: 'well', image: 'x', uuids: ['GPU-other'] } }],
    ['disk', { disks: { images: disk(RESERVE_BYTES), weights: disk(900 * GB, 2) } }],
  ] as const)('%s', (id, over: Partial<PreflightFacts>) => {
    const facts = well(over)
    const check = checkOf(id, facts)
    expect(check.status).toBe('fail')
    expect(check.fix).not.toBe('')
    const { plan: left, ends } = narrowed(plan, facts)
    expect(ends).toMatch(/.+; to fix it: .+/)
    expect([left.stages, left.downloads]).toEqual([[], []])
    expect(left.leftOut.map(({ name }) => name)).toEqual(expect.arrayContaining(runsOf(plan)))
  })
})

describe('what cannot work is left out, with the reason', () => {
  test('a repository that is closed: its scenarios only', () => {
    const closed = fault('it asks for a licence, and there is no token', 'export HF_TOKEN')
    const access = needs.weights.map(({ repository }) => ({
      repository,
      finding: repository === large ? closed : ({ state: 'well' } as const),
    }))
    const facts = well(hub({ access }))
    const { plan: left, ends } = narrowed(plan, facts)
    expect(ends).toBeNull()
    expect(checkOf('hub-access', facts).status).toBe('warn')
    expect(left.leftOut).toContainEqual({ name: 'llama-3.1-70b-fp8-single', reason: closed.text })
    expect(runsOf(left)).not.toContain('llama-3.1-70b-fp8-single')
    expect(left.downloads.map(({ repository }) => repository)).not.toContain(large)
    expect(runsOf(left)).toContain('llama-3.1-8b-fp8-batch32')
  })

  test('a disk that holds some: the largest is left out, the others stay', () => {
    const all = absent()
    const largest = Math.max(...all.map(missingBytes))
    const rest = all.reduce((sum, each) => sum + missingBytes(each), 0) - largest
    const room = rest + RESERVE_BYTES + IMAGE_BYTES + 1
    const facts = well({ disks: { images: disk(room), weights: disk(room) } })
    const check = checkOf('disk', facts)
    expect([check.status, check.read]).toEqual(['warn', expect.stringContaining(`skipped, largest first: ${large}`)])
    expect(narrowed(plan, facts).plan.leftOut.at(-1)).toEqual({
      name: 'llama-3.1-70b-fp8-single',
      reason: expect.stringMatching(/does not fit on the disk: \d+ GB to download, \d+ GB free/),
    })
    // on two disks the image takes no room from the weights
    const apart = well({ disks: { images: disk(room), weights: disk(room - IMAGE_BYTES, 2) } })
    expect(diskFit(apart).lostWeights.map(({ repository }) => repository)).toEqual([large])
  })

  test('without the network only what is in the cache runs', () => {
    const weights = absent().map((each) => ({ ...each, isComplete: each.repository === small }))
    const facts = well({ offline: '--offline', weights, ...hub({ reach: unknown('--offline'), access: [] }) })
    const left = narrowed(plan, facts).plan
    expect(runsOf(left)).toContain('llama-3.1-8b-fp8-batch32')
    expect(left.leftOut.map(({ reason }) => reason)).toContain(
      `${large} is not in the cache, and the network may not be used (--offline)`,
    )
    expect(checkOf('weights', facts).fix).toContain(`hf download ${large}`)
  })

  test('a hub that is not reached leaves what is in the cache', () => {
    const weights = absent().map((each) => ({ ...each, isComplete: each.repository === small }))
    const facts = well({ weights, ...hub({ reach: fault('no such host', 'getent hosts') }) })
    expect(checkOf('hub', facts).status).toBe('warn')
    expect(narrowed(plan, facts).ends).toBeNull()
  })

  test('a card that containers do not see: that card, and what takes both', () => {
    const facts = well({ gpus: { state: 'well', image: 'x', uuids: ['GPU-0'] } })
    const check = checkOf('gpu-container', facts)
    expect([check.status, check.read]).toEqual(['warn', '1 GPU in a container of x; not seen there: GPU 1 (GPU-1)'])
    const { plan: left } = narrowed(plan, facts)
    expect(left.leftOut).toContainEqual({ name: 'GPU 1', reason: 'containers do not see this card' })
    const uuids = left.stages.flatMap(({ servers }) =>
      servers.flatMap((server) => server.cards.map(({ uuid }) => uuid)),
    )
    expect(new Set(uuids)).toEqual(new Set(['GPU-0']))
  })

  test('a port that is taken: the servers on it, and all taken ports are one cause', () => {
    const taken = (numbers: readonly number[]) => ({
      ports: needs.ports.map((port) =>
        numbers.includes(port)
          ? { port, finding: fault(`port ${port} is taken`, 'choose another --port') }
          : { port, finding: { state: 'well', leftover: null } as const },
      ),
    })
    const one = narrowed(plan, well(taken([8000])))
    expect(one.plan.leftOut).toContainEqual({ name: 'GPU 0', reason: 'port 8000 is taken' })
    expect(one.ends).toBeNull()
    expect(narrowed(plan, well(taken(needs.ports))).ends).toBe(
      `${needs.ports.map((port) => `port ${port} is taken`).join(', ')}; to fix it: choose another --port`,
    )
  })

  test('causes that hit everything only together are all named', () => {
    const others = needs.weights.filter(({ repository }) => repository !== large)
    const access = [
      { repository: large, finding: fault('closed', 'export HF_TOKEN') },
      ...others.map(({ repository }) => ({ repository, finding: fault('gone', 'look') })),
    ]
    expect(narrowed(plan, well(hub({ access }))).ends).toMatch(
      /closed; to fix it: export HF_TOKEN.*gone; to fix it: look|gone; to fix it: look.*closed; to fix it: export HF_TOKEN/,
    )
  })

  test('a plan without a server ends with the reason of its first scenario', () => {
    const empty = { ...plan, stages: [], leftOut: [{ name: 'a', reason: 'requires 4 GPUs' }] }
    expect(narrowed(empty, well()).ends).toBe('nothing of the plan can run here: a: requires 4 GPUs')
  })
})

describe('checks of one thing', () => {
  test.each([
    ['clock-offset', hub({ clockOffsetS: { state: 'well', seconds: 3600 } }), 'warn', '3600 s ahead of huggingface.co'],
    ['clock-offset', hub({ clockOffsetS: { state: 'well', seconds: -59 } }), 'pass', 'within a minute'],
    ['proxy', { proxies: { used: ['HTTPS_PROXY'], notes: [] } }, 'pass', 'HTTPS_PROXY set'],
    [
      'proxy',
      { proxies: { used: [], notes: ['HTTPS_PROXY names a proxy on a loopback address'] } },
      'warn',
      'loopback',
    ],
    ['hub-token', hub({ token: { state: 'well', user: 'me' } }), 'pass', 'of me'],
    ['hub-token', hub({ token: fault('the hub refuses the token (HTTP 401)', 'unset HF_TOKEN') }), 'warn', 'refuses'],
    ['signing-key', { key: fault('other users may read this private key', 'chmod 600') }, 'warn', 'other users'],
    [
      'image',
      {
        images: [
          { image: 'i', finding: { state: 'well', where: 'registry', digest: null, bytes: null, pullsLeft: 0 } },
        ],
      },
      'warn',
      'no more pulls',
    ],
    [
      'image',
      {
        images: [
          { image: 'i', finding: { state: 'well', where: 'here', digest: 'sha256:abcdef0123456789', bytes: 21e9 } },
        ],
      },
      'pass',
      'i (sha256:abcdef012345) is here, 21 GB',
    ],
    [
      'container-engine',
      { engine: { ...well().engine, elsewhere: 'in the virtual machine of Docker Desktop' } },
      'warn',
      'Desktop',
    ],
    [
      'ports',
      { ports: [{ port: 8000, finding: { state: 'well', leftover: 'joulemark-8000' } }] },
      'warn',
      'removed when its joulemark is gone',
    ],
  ] as const)('%s %#', (id, over, status, read) => {
    const check = checkOf(id, well(over as Partial<PreflightFacts>))
    expect([check.status, check.read]).toEqual([status, expect.stringContaining(read)])
    expect(check.fix === '').toBe(status === 'pass')
  })
})

test('as many weights as possible fit: nothing that was left out would have fitted, and what stays does', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 8 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 300 }), (gigabytes, free) => {
      const weights = gigabytes.map((size, index) => ({
        repository: `r/${index}`,
        bytes: size * GB,
        cachedBytes: 0,
        partialBytes: 0,
        isComplete: false,
      }))
      const disks = { images: disk(free * GB + RESERVE_BYTES), weights: disk(free * GB + RESERVE_BYTES) }
      const { lostWeights } = diskFit({ images: [], weights, disks })
      const kept = weights.filter((each) => !lostWeights.includes(each)).reduce((sum, each) => sum + each.bytes, 0)
      expect(kept).toBeLessThanOrEqual(free * GB)
      for (const { bytes } of lostWeights) expect(kept + (bytes ?? 0)).toBeGreaterThan(free * GB)
    }),
  )
})
