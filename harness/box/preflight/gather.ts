import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSecret } from '../../endpoint/access/secret.ts'
import { publisherOf } from '../../endpoint/container/own-container.ts'
import { inUseBy, LEFTOVER_FORMAT } from '../../endpoint/serve/container.ts'
import { containerEnv } from '../../endpoint/serve/container-env.ts'
import { offlineBy } from '../../endpoint/serve/engine/offline.ts'
import { messageOf } from '../../errors.ts'
import type { BoxPlan } from '../plan/box-plan.ts'
import { gpuTrial } from './engine/gpu-trial.ts'
import { readEngine } from './engine/read-engine.ts'
import { imageElsewhere, imageHere } from './engine/read-images.ts'
import { type Finding, fault, type HubFacts, type PreflightFacts, unknown } from './facts.ts'
import { needsOf, type PlanNeeds } from './needs.ts'
import { hubFacts } from './network/hub.ts'
import { cachedWeights } from './storage/cached-weights.ts'
import { keyFinding } from './storage/key-place.ts'
import type { PreflightTools } from './tools.ts'

/** All of what is asked of the hub. */
const HUB_TIMEOUT_MS = 8000
/** One question to the engine. */
const ASK_TIMEOUT_MS = 5000

/**
 * Finds out what a plan needs and whether it is there: the engine, its GPUs, images, disks, the hub, ports, the key. Everything
 * that waits does so at once and with a limit, so that a bad network costs some ten seconds. Nothing is changed but a small
 * image that may be pulled for the trial of the GPUs. Never throws for what the world does.
 */
export async function gatherFacts(plan: BoxPlan, tools: PreflightTools): Promise<PreflightFacts> {
  const engine = await readEngine(tools)
  const simulated = engine.state === 'well' && engine.simulated
  const needs = simulated ? { ...needsOf(plan), weights: [] } : needsOf(plan)
  const nothing = 'a simulated server downloads nothing'
  const offline = simulated ? { images: nothing, weights: nothing } : offlineBy(tools.offline, tools.env)
  const [ofEngine, { weights, hub }, weightsDisk, ports] = await Promise.all([
    containerFacts(engine, needs, tools, offline.images),
    weightsFacts(needs, tools, offline.weights),
    tools.disk(tools.cacheDir),
    Promise.all(needs.ports.map((port) => portFinding(port, tools))),
  ])
  const { names, notes } = containerEnv(tools.env)
  return {
    engine,
    ...ofEngine.facts,
    disks: { images: ofEngine.disk, weights: weightsDisk },
    weights,
    hub,
    offline: offline.weights,
    proxies: { used: names.filter((name) => /^(?!no_)\w+_proxy$/i.test(name)), notes },
    ports,
    key: keyFinding(tools.env),
  }
}

/** The images of the plan, their disk, and the cards in a container: the trial takes an image that is here. */
async function containerFacts(
  engine: PreflightFacts['engine'],
  needs: PlanNeeds,
  tools: PreflightTools,
  offline: string | null,
) {
  if (engine.state !== 'well') {
    const finding = unknown('the container engine does not answer')
    return {
      facts: { gpus: finding, images: needs.images.map((image) => ({ image, finding })) },
      disk: finding,
    }
  }
  const local = await Promise.all(
    needs.images.map(async (image) => ({ image, finding: await imageHere(image, tools) })),
  )
  const imagesHere = local.flatMap(({ image, finding }) => (finding.state === 'well' ? [image] : []))
  const elsewhere = Promise.all(
    local.map(async ({ image, finding }) =>
      finding.state === 'fault'
        ? { image, finding: await imageElsewhere(image, engine, tools, offline) }
        : { image, finding },
    ),
  )
  const [images, gpus, disk] = await Promise.all([
    elsewhere,
    gpuTrial({ engine, imagesHere, offline }, tools),
    engine.imagesFolder === null
      ? unknown('images are not on a disk of this machine')
      : tools.disk(engine.imagesFolder),
  ])
  return { facts: { gpus, images }, disk }
}

async function weightsFacts(needs: PlanNeeds, tools: PreflightTools, offline: string | null) {
  const weights = await Promise.all(needs.weights.map((each) => cachedWeights(each, tools.cacheDir)))
  const token = await tokenHere(tools)
  const hub = await hubFacts({
    ask: tools.ask,
    env: tools.env,
    token: token.token,
    repositories: weights.filter(({ isComplete }) => !isComplete).map(({ repository }) => repository),
    offline,
    timeoutMs: HUB_TIMEOUT_MS,
    wallMs: tools.wallMs,
  })
  return { weights, hub: token.fault === null ? hub : { ...hub, token: token.fault } }
}

/** The token that containers use: of HF_TOKEN, or the one that `hf auth login` left in the cache. */
async function tokenHere({
  env,
  cacheDir,
}: PreflightTools): Promise<{ readonly token: string | null; readonly fault: HubFacts['token'] }> {
  try {
    const set = readSecret(env, 'HF_TOKEN')
    if (set !== null) return { token: set, fault: null }
    const kept = await readFile(join(cacheDir, 'token'), 'utf8').catch(() => '')
    return { token: readSecret({ HF_TOKEN: kept }, 'HF_TOKEN'), fault: null }
  } catch (error) {
    return {
      token: null,
      fault: fault(messageOf(error), 'export HF_TOKEN=TOKEN, with a token of https://huggingface.co/settings/tokens'),
    }
  }
}

/** Whether a port can be listened on. One that a container of an earlier start holds is freed by the next start. */
export async function portFinding(
  port: number,
  tools: Pick<PreflightTools, 'engine' | 'run' | 'portError'>,
): Promise<PreflightFacts['ports'][number]> {
  const code = await tools.portError(port)
  return { port, finding: code === null ? { state: 'well', leftover: null } : await takenPort(port, code, tools) }
}

/** A container of this name is removed by the next start, unless its joulemark still runs. */
async function takenPort(
  port: number,
  code: string,
  tools: Pick<PreflightTools, 'engine' | 'run'>,
): Promise<Finding<{ leftover: string | null }>> {
  if (code === 'EACCES') return fault(`port ${port} is for root only`, 'choose one above 1023 with --port')
  if (code !== 'EADDRINUSE') return unknown(`port ${port}: ${code}`)
  const { engine } = tools
  // Podman has no filter for a published port
  const listed = await tools.run(engine, ['ps', '--format', '{{.Names}} {{.Ports}}'], ASK_TIMEOUT_MS)
  const holder = 'absent' in listed ? null : publisherOf(listed.stdout, port)
  if (holder === null) {
    return fault(`port ${port} is taken`, 'sudo ss -ltnp names the process; or choose another --port')
  }
  const stop = `${engine} stop ${holder}, or choose another --port`
  if (holder !== `joulemark-${port}`) return fault(`port ${port} is taken by container ${holder}`, stop)
  const label = await tools.run(engine, ['container', 'inspect', '--format', LEFTOVER_FORMAT, holder], ASK_TIMEOUT_MS)
  const inUse = 'absent' in label || label.code !== 0 ? null : inUseBy(label.stdout)
  return inUse === null
    ? { state: 'well', leftover: holder }
    : fault(`port ${port} is taken: container ${holder} ${inUse}`, 'choose another --port, or wait for it')
}
