import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import { scenarioText } from '../run/scenario-text.ts'
import { askedModel } from '../run/served-model.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'
import { askedFor, type PurposeName, purposeNames, purposeOf, purposes } from './purposes.ts'

/** Where a server is looked for unless an address is given: vLLM listens there by default. */
const USUAL_ENDPOINT = 'http://127.0.0.1:8000'
/** Answers that cannot be read before the first purpose is taken. */
const PATIENCE = 3

/** A scenario for the server that was found. */
export interface FirstScenario {
  readonly text: string
  readonly endpoint: string
  readonly model: string
  readonly purpose: PurposeName
}

/**
 * A scenario for the model of a running server: asks the server what it serves, and the person what for where a terminal is
 * there. Null, with a line that says so, where no server was named and none answers. Throws as `askedModel` does for one that
 * was named.
 */
export async function firstScenario(
  { endpoint, purpose }: { readonly endpoint?: string; readonly purpose?: PurposeName },
  io: CommandIo,
): Promise<FirstScenario | null> {
  const address = parseAddress(endpoint ?? USUAL_ENDPOINT)
  try {
    const model = await askedModel({}, { address, apiKey: readSecret(io.env, 'OPENAI_API_KEY') })
    const chosen = purpose ?? (await askPurpose(model.label, io))
    const made = scenarioText(askedFor(chosen), model)
    await scenarioOfFlags(made.text, made.flagOf, await scenarioNames(io, 'ask-server'))
    return { text: made.text, endpoint: address.url, model: model.label, purpose: chosen }
  } catch (error) {
    if (endpoint !== undefined || !(error instanceof JoulemarkError)) throw error
    io.stderr.write(
      `no scenario: ${plainText(error.message)}\nStart a server (joulemark serve SCENARIO), then: joulemark init --endpoint URL\n`,
    )
    return null
  }
}

async function askPurpose(model: string, io: CommandIo): Promise<PurposeName> {
  const [first] = purposeNames as [PurposeName]
  if (io.ask === undefined) return first
  const list = purposeNames.map((name, at) => `  ${at + 1}  ${purposes[name].title}`)
  io.stderr.write(`What is ${plainText(model)} for?\n${list.join('\n')}\n`)
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    const found = purposeOf(await io.ask('Number [1]: '))
    if (found !== null) return found
    io.stderr.write(`expected a number from 1 to ${purposeNames.length}\n`)
  }
  return first
}
