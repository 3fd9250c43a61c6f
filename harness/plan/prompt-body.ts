import { type BodyPlan, type BodyRequest, hasTextPrompts } from './body/body-plan.ts'
import { imageMaker } from './body/image.ts'
import { type Shell, shellOf } from './body/shell.ts'
import { wordsAsTokens } from './chat-length.ts'
import { growingUnits, idUnits, sliceOf, wordUnits, writeUnits } from './prompt-units.ts'
import { bytesAsTokens, englishParts } from './prompts/english.ts'
import { fieldsOf } from './prompts/prompt-table.ts'
import { mixSeed } from './random.ts'

/** Unique units per request: at least one block of the largest common size (vLLM on a GPU: 16; some servers: 64). */
const UNIQUE_UNITS = 64
/** Tokens of one shared block: the Mooncake trace's block. */
const SHARED_BLOCK_TOKENS = 512

export interface BodyMaker {
  /** The parts of a body, to be sent in order. The first parts are valid until they are written to a socket. */
  make(request: BodyRequest): Buffer[]
}

/** Makes bodies for a plan: with token ids, or with words where prompts are text. */
export function makeBodies(plan: BodyPlan): BodyMaker {
  const units = hasTextPrompts(plan) ? wordUnits(plan.chatLength ?? wordsAsTokens) : idUnits(plan.vocab)
  const runSeed = mixSeed(plan.seed, plan.salt)
  const bulk = growingUnits(units, mixSeed(runSeed, 0x70726f6d))
  const shared = growingUnits(units, mixSeed(runSeed, 0x73686172))
  const blocks = new Map<number, Buffer>()
  const prefixes = new Map<number, (count: number) => Buffer>()
  const imageOf = plan.images ? imageMaker(plan.images) : null
  let shell = shellOf(plan, 1)
  const sharedBlock = (hash: number): Buffer => {
    const known = blocks.get(hash)
    if (known) return known
    const made = writeUnits(units, mixSeed(runSeed, 0x626c6f63, hash), SHARED_BLOCK_TOKENS)
    blocks.set(hash, made)
    return made
  }
  const prefixOf = (group: number): ((count: number) => Buffer) => {
    const known = prefixes.get(group)
    if (known) return known
    const made = growingUnits(units, mixSeed(runSeed, 0x70726566, group))
    prefixes.set(group, made)
    return made
  }
  /** The parts of a prompt in order; each unit in them begins with its separator. */
  function* partsOf(request: BodyRequest): Generator<Buffer> {
    const { promptTokens, sharedBlocks, prefix, branch, phase, topic } = request
    const own = branch ? units.within(promptTokens) - units.within(promptTokens - branch.tokens) : 0
    let left = units.within(promptTokens) - own
    if (sharedBlocks) {
      // a trace defines the shared blocks itself
      let upTo = 0
      for (const hash of sharedBlocks) {
        const count = Math.min(left, units.within(upTo + SHARED_BLOCK_TOKENS) - units.within(upTo))
        upTo += SHARED_BLOCK_TOKENS
        if (count > 0) yield sliceOf(units, sharedBlock(hash), count)
        left -= count
      }
    } else {
      const common = Math.min(left, units.within(prefix?.tokens ?? plan.sharedTokens))
      if (common > 0) yield (prefix ? prefixOf(prefix.group) : shared)(common)
      left -= common
      const unique = Math.min(left, UNIQUE_UNITS)
      if (unique > 0) yield writeUnits(units, mixSeed(runSeed, phase, topic), unique)
      left -= unique
    }
    if (left > 0) yield bulk(left)
    if (own > 0) yield writeUnits(units, mixSeed(runSeed, phase, topic, promptTokens, branch?.index ?? 0), own)
    const tail = units.tail(promptTokens)
    if (tail.length > 0) yield tail
  }
  return {
    make(request) {
      shell = shellFor(shell, request)
      let images = 0
      return shell.parts.flatMap((part) => {
        if (part === 'prompt') return promptOf(request)
        if (part !== 'image') return [part]
        images += 1
        return imageOf?.(mixSeed(runSeed, 0x696d6167, request.phase, request.topic, images)) ?? []
      })
    },
  }

  /** The shell of a request: the last one, or another one where the answer has another length. */
  function shellFor(last: Shell, { outputTokens, phase, chosen }: BodyRequest): Shell {
    // the prompts of a file are the same in every run and trial: a cache must not have them from an earlier one
    const cacheSalt = chosen ? `${runSeed}.${phase}.${chosen.pass}` : null
    return last.outputTokens === outputTokens && last.cacheSalt === cacheSalt
      ? last
      : shellOf(plan, outputTokens, cacheSalt)
  }

  function promptOf(request: BodyRequest): Buffer[] {
    const { phase, topic, promptTokens, chosen } = request
    if (plan.prompts) return [fieldsOf(plan.prompts, chosen?.entry ?? 0)]
    if (plan.text) {
      const { bytes, length = bytesAsTokens } = plan.text
      return englishParts(bytes, { promptTokens, length, seed: mixSeed(runSeed, phase, topic) })
    }
    const parts = [...partsOf(request)]
    // every unit begins with a separator, and a prompt without a head does not
    if (units.head.length > 0) parts.unshift(units.head)
    else if (parts[0]) parts[0] = parts[0].subarray(1)
    return parts
  }
}
