import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scene } from './scene.ts'

/**
 * What is wrong with the service:
 * `silent` accepts and never answers; `stuck` stops in the middle of a download; `full` refuses to
 * reserve; `read-only` does so as for a token that may only read; `broken` answers 500 to all;
 * `truncated` ends a download early; `garbage` sends something else; `babble` answers no JSON;
 * `lossy` takes an upload and then does not finish it; `liar` gives an entry nobody asked for.
 */
export type CacheFault =
  | 'silent'
  | 'stuck'
  | 'full'
  | 'read-only'
  | 'broken'
  | 'truncated'
  | 'garbage'
  | 'babble'
  | 'lossy'
  | 'liar'

interface CacheEntry {
  key: string
  version: string
  body: Buffer
}

interface CacheCall {
  key: string
  version: string
  restore_keys?: string[]
}

const TWIRP = '/twirp/github.actions.results.api.v1.CacheService/'

/**
 * A stand-in for the Actions cache service (v2): the calls of @actions/cache 6.3 over HTTP, and the
 * blob storage behind it. Entries are never replaced; the newest one wins for a prefix.
 */
export class CacheService {
  fault: CacheFault | null = null
  readonly entries: CacheEntry[] = []
  /** methods called, and `GET` and `PUT` of blobs */
  readonly calls: string[] = []
  readonly #uploads = new Map<string, Map<string, Buffer>>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(scene: Scene): Promise<CacheService> {
    const server = createServer()
    const service = new CacheService(server)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      service.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    scene.defer(() => service.stop())
    return service
  }

  /** Refuses connections from now on. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** What the runner gives a job for it. */
  get environment(): NodeJS.ProcessEnv {
    return {
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RESULTS_URL: `${this.#address()}/`,
      ACTIONS_RUNTIME_TOKEN: 'token-of-the-job',
      GITHUB_SERVER_URL: 'https://github.com',
    }
  }

  #address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#address())
    const body = await read(request)
    const method = url.pathname.startsWith(TWIRP) ? url.pathname.slice(TWIRP.length) : null
    this.calls.push(method ?? request.method ?? '')
    if (this.fault === 'silent') return
    if (this.fault === 'broken') return send(response, 500, { msg: 'out of order' })
    if (this.fault === 'babble' && method !== null) {
      response.end('<html>')
      return
    }
    if (method !== null) {
      if (request.headers.authorization !== 'Bearer token-of-the-job') {
        return send(response, 401, { msg: 'who are you' })
      }
      return this.#call(method, JSON.parse(body.toString()) as CacheCall, response)
    }
    if (request.method === 'PUT') return this.#upload(url, body, response)
    this.#download(url, response)
  }

  #call(method: string, call: CacheCall, response: ServerResponse): void {
    const { key, version } = call
    const isThere = this.entries.some((each) => each.key === key && each.version === version)
    const name = encodeURIComponent(`${key} ${version}`)
    switch (method) {
      case 'CreateCacheEntry':
        if (this.fault === 'full') {
          return send(response, 200, { ok: false, message: 'the storage is full' })
        }
        if (this.fault === 'read-only') {
          return send(response, 200, { ok: false, message: 'cache write denied: read-only token' })
        }
        if (isThere) return send(response, 409, { code: 'already_exists', msg: 'it exists' })
        return send(response, 200, {
          ok: true,
          signed_upload_url: `${this.#address()}/blob/${name}?sig=secret`,
        })
      case 'FinalizeCacheEntryUpload': {
        const body = this.#uploads.get(name)?.get('')
        if (body === undefined || this.fault === 'lossy') {
          return send(response, 200, {
            ok: false,
            message: 'nothing came to http://blob/1?sig=secret',
          })
        }
        this.entries.push({ key, version, body })
        return send(response, 200, { ok: true, entry_id: String(this.entries.length) })
      }
      case 'GetCacheEntryDownloadURL': {
        const found = this.fault === 'liar' ? this.entries.at(-1) : this.#find(call)
        if (found === undefined) return send(response, 200, { ok: false })
        return send(response, 200, {
          ok: true,
          matched_key: found.key,
          signed_download_url: `${this.#address()}/blob/${this.entries.indexOf(found)}?sig=secret`,
        })
      }
      default:
        return send(response, 404, { msg: 'no such method' })
    }
  }

  #find({ key, version, restore_keys: restoreKeys = [] }: CacheCall): CacheEntry | undefined {
    const ofVersion = this.entries.filter((each) => each.version === version).toReversed()
    const exact = ofVersion.find((each) => each.key === key)
    if (exact !== undefined) return exact
    for (const prefix of [key, ...restoreKeys]) {
      const found = ofVersion.find((each) => each.key.startsWith(prefix))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** As blob storage does: one PUT, or blocks and then their list. */
  #upload(url: URL, body: Buffer, response: ServerResponse): void {
    const name = url.pathname.replace('/blob/', '')
    const parts = this.#uploads.get(name) ?? new Map<string, Buffer>()
    this.#uploads.set(name, parts)
    const kind = url.searchParams.get('comp')
    if (kind === 'block') parts.set(url.searchParams.get('blockid') ?? '', body)
    else if (kind === 'blocklist') {
      const ids = Array.from(body.toString().matchAll(/<Latest>([^<]*)</g), ([, id = '']) => id)
      parts.set('', Buffer.concat(ids.map((id) => parts.get(id) ?? Buffer.alloc(0))))
    } else parts.set('', body)
    response.writeHead(201, { etag: '"1"', 'last-modified': new Date().toUTCString() }).end()
  }

  #download(url: URL, response: ServerResponse): void {
    const entry = this.entries[Number(url.pathname.replace('/blob/', ''))]
    if (entry === undefined) return send(response, 404, {})
    const body = this.fault === 'garbage' ? Buffer.from('not an archive') : entry.body
    response.writeHead(200, { 'content-length': body.length })
    const half = body.subarray(0, body.length / 2)
    if (this.fault === 'truncated') response.write(half, () => response.destroy())
    else if (this.fault === 'stuck') response.write(half)
    else response.end(body)
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
