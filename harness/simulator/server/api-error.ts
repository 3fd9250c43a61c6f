import type { ServerResponse } from 'node:http'
import { sendJson } from './reply.ts'

/** An error in the form of vLLM since 0.10.1: `{"error":{message,type,param,code}}`. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null

  constructor(status: number, type: string, message: string, param: string | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.type = type
    this.param = param
  }
}

/** A value that vLLM's checks refuse. Its message ends with the parameter and the value. */
export function badValue(message: string, param: string, value?: unknown): ApiError {
  const detail = value === undefined ? '' : ` (parameter=${param}, value=${String(value)})`
  return new ApiError(400, 'BadRequestError', `${message}${detail}`, param)
}

/** A body that does not match the schema. FastAPI's 422 is sent as a 400. */
export function malformed(location: string, problem: string): ApiError {
  return new ApiError(400, 'Bad Request', `1 validation error:\n  {'loc': ('body', ${location}), 'msg': '${problem}'}`)
}

/** A path or method that the server does not have. */
export const noSuchRoute = (): ApiError => new ApiError(404, 'Not Found', 'Not Found')
export const wrongMethod = (): ApiError => new ApiError(405, 'Method Not Allowed', 'Method Not Allowed')

/** Sends an error. */
export function sendError(response: ServerResponse, error: ApiError): void {
  const { message, type, param, status } = error
  sendJson(response, status, { error: { message, type, param, code: status } })
}

/** Sends the error for a refused key, the only one where `error` is a string. */
export function sendUnauthorized(response: ServerResponse): void {
  sendJson(response, 401, { error: 'Unauthorized' })
}
