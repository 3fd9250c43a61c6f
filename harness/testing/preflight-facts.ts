import { boxPlan } from '../box/plan/plan-box.ts'
import type { PreflightFacts, WeightsFacts } from '../box/preflight/facts.ts'
import { needsOf } from '../box/preflight/needs.ts'
import { catalogueNames } from '../catalogue/find.ts'
import { cardEntryByKey } from '../catalogue/own/own-cards.ts'
import { bundledScenario } from '../scenario/find-scenario.ts'
import { loadScenarios } from '../scenario/load-file.ts'

const files = await loadScenarios(
  ['llama-3.1-8b-fp8-batch32', 'llama-3.1-70b-fp8-single', 'qwen2.5-coder-32b-awq-12-engineers'].map(bundledScenario),
  catalogueNames,
)
const entry = cardEntryByKey('rtx-pro-6000-max-q')!
const cards = [0, 1].map((index) => ({ index, uuid: `GPU-${index}`, entry }))
const options = {
  port: 8000,
  tag: 'v0.31.0',
  cacheDir: '/cache',
  starts: 3,
  withinMinutes: null,
  topology: { reason: 'planned cards' },
}
/** A night of three models on two cards. */
export const plan = boxPlan(files, cards, options)
export const needs = needsOf(plan)
const repositoryOf = (part: string) => needs.weights.find(({ repository }) => repository.includes(part))!.repository
/** Two of its repositories. */
export const [small, large] = [repositoryOf('8B'), repositoryOf('70B')]

export const GB = 1e9
export const disk = (freeBytes: number, device = 1) => ({ state: 'well', folder: '/data', freeBytes, device }) as const
export const absent = (over: Partial<WeightsFacts> = {}): WeightsFacts[] =>
  needs.weights.map((each) => ({ ...each, cachedBytes: 0, partialBytes: 0, isComplete: false, ...over }))

/** A box on which everything is well, and nothing is downloaded yet. */
export const well = (over: Partial<PreflightFacts> = {}): PreflightFacts => ({
  engine: {
    state: 'well',
    engine: 'docker',
    version: '28.2.2',
    rootless: false,
    simulated: false,
    imagesFolder: '/var/lib/docker',
    elsewhere: null,
    proxies: {},
    hasHiddenProxy: false,
    mirrors: [],
  },
  gpus: { state: 'well', image: 'ubuntu:24.04', uuids: ['GPU-0', 'GPU-1'] },
  images: needs.images.map((image) => ({
    image,
    finding: { state: 'well', where: 'registry', digest: 'sha256:abc', bytes: null },
  })),
  weights: absent(),
  disks: { images: disk(900 * GB), weights: disk(900 * GB) },
  offline: null,
  hub: {
    host: 'huggingface.co',
    isMirror: false,
    reach: { state: 'well', answerMs: 42 },
    token: null,
    access: needs.weights.map(({ repository }) => ({ repository, finding: { state: 'well' } })),
    rate: { state: 'well', bytesPerS: 80e6 },
    clockOffsetS: { state: 'well', seconds: -2 },
  },
  proxies: { used: [], notes: [] },
  ports: needs.ports.map((port) => ({ port, finding: { state: 'well', leftover: null } })),
  key: { state: 'well', path: '/home/me/.config/joulemark/signing-key.pem', isMade: false },
  ...over,
})
/** The same with other answers of the hub. */
export const hub = (over: Partial<PreflightFacts['hub']>): Partial<PreflightFacts> => ({
  hub: { ...well().hub, ...over },
})
