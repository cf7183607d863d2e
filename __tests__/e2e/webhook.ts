import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Scene } from './scene.ts'

/** What somebody posted. */
export interface Post {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly body: string
}

/** A webhook on this machine, which answers as it is told to and notes what it is told. */
export interface Webhook {
  readonly address: string
  readonly posts: Post[]
  /** connections on which no answer has been given */
  readonly waiting: Set<ServerResponse>
}

/** What is secret about an address. */
export const SECRET = 'T0SECRET/B0SECRET'

/** @param answer the status, or null for none at all */
export async function aWebhook(
  scene: Scene,
  answer: number | null = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<Webhook> {
  const posts: Post[] = []
  const waiting = new Set<ServerResponse>()
  const note = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request
    const type = request.headers['content-type'] ?? ''
    posts.push({ method, path: url, type, body: await text(request) })
    if (answer !== null) {
      response.writeHead(answer, headers).end('ok')
      return
    }
    waiting.add(response)
    response.on('close', () => waiting.delete(response))
  }
  const server = createServer((request, response) => void note(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scene.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/services/${SECRET}`, posts, waiting }
}
