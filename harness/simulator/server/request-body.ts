import type { IncomingMessage } from 'node:http'
import { type ApiError, badValue, malformed } from './api-error.ts'

/** The JSON object of a request. Throws the 400 with which vLLM refuses anything else. */
export async function readJsonBody(request: IncomingMessage): Promise<JsonBody> {
  const text = await readBody(request)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw malformed('0', `JSON decode error: ${(error as Error).message.replaceAll("'", '"')}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw malformed('', 'Input should be a valid dictionary')
  }
  return new JsonBody(parsed as Record<string, unknown>)
}

/** The body of a request as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

/** Reads fields with the types of vLLM's schema. Unknown fields are ignored, as in vLLM. */
export class JsonBody {
  readonly #fields: Record<string, unknown>

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields
  }

  /** Names of the fields. */
  get names(): string[] {
    return Object.keys(this.#fields)
  }

  /** The raw value; null and absent are the same. */
  get(name: string): unknown {
    return this.#fields[name] ?? undefined
  }

  string(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(name, 'Input should be a valid string')
  }

  integer(name: string): number | undefined {
    const value = this.get(name)
    if (value === undefined || Number.isInteger(value)) return value as number | undefined
    throw this.#wrong(name, 'Input should be a valid integer')
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.#wrong(name, 'Input should be a valid boolean')
  }

  object(name: string): JsonBody | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeof value === 'object' && !Array.isArray(value)) return new JsonBody(value as Record<string, unknown>)
    throw this.#wrong(name, 'Input should be a valid dictionary')
  }

  /** An integer of at least `minimum`. */
  atLeast(name: string, minimum: number): number | undefined {
    const value = this.integer(name)
    if (value !== undefined && value < minimum)
      throw badValue(`${name} must be at least ${minimum}, got ${value}.`, name, value)
    return value
  }

  #wrong(name: string, problem: string): ApiError {
    return malformed(`'${name}'`, problem)
  }
}
