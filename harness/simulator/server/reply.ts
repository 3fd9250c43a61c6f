import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { stampHeader } from './stamp.ts'

/** The head of a response as uvicorn writes it: lower case, date and server first, no word about keep-alive. */
export function writeHead(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): void {
  response.sendDate = false
  response.removeHeader('connection')
  response.writeHead(status, { date: new Date().toUTCString(), server: 'uvicorn', ...headers, ...stampHeader })
}

/** A whole answer in one go. */
export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text, 'utf8')
  writeHead(response, status, { 'content-length': body.length, 'content-type': contentType })
  response.end(body)
}

/** Compact JSON, as vLLM sends it. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

/** An answer without a body, such as that of /health. */
export function sendEmpty(response: ServerResponse, status: number): void {
  writeHead(response, status, { 'content-length': 0 })
  response.end()
}
