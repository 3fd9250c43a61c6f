import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { stampHeader } from './stamp.ts'

/** The head of a response as written by uvicorn: lower case, date and server first, no keep-alive header. */
export function writeHead(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): void {
  response.sendDate = false
  response.removeHeader('connection')
  response.writeHead(status, { date: new Date().toUTCString(), server: 'uvicorn', ...headers, ...stampHeader })
}

/** Sends a complete response. */
export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text, 'utf8')
  writeHead(response, status, { 'content-length': body.length, 'content-type': contentType })
  response.end(body)
}

/** Sends compact JSON, as vLLM does. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

/** Sends a response without a body, such as that of /health. */
export function sendEmpty(response: ServerResponse, status: number): void {
  writeHead(response, status, { 'content-length': 0 })
  response.end()
}
