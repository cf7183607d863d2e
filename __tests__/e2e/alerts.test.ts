import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { GuardedHost } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** Below a floor, whatever the disk. */
const CRITICAL = { 'min-free-percent': '100', 'on-critical': 'warn' }

/** A Slack of this test's own, on this machine alone. */
class Webhook {
  readonly bodies: string[] = []
  readonly #answer: (request: IncomingMessage, response: ServerResponse) => void
  address = ''

  private constructor(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    this.#answer = answer
  }

  static async start(
    answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
      response.end('ok'),
  ): Promise<Webhook> {
    const webhook = new Webhook(answer)
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (part: string) => (body += part))
      request.on('end', () => {
        webhook.bodies.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`)
        webhook.#answer(request, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    scene().defer(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    webhook.address = `http://127.0.0.1:${port}/services/T0/SECRET`
    return webhook
  }

  async received(count: number): Promise<void> {
    await waitFor(() => this.bodies.length >= count, { what: `${count} alert(s)` })
  }
}

test('jobs that meet a critical disk send one alert between them, and mask where it went', async () => {
  const host = new GuardedHost(scene())
  const webhook = await Webhook.start()
  const inputs = { ...CRITICAL, 'alert-webhook': webhook.address }
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      Runner.install(scene(), { name: `runner-${index}` })
        .start()
        .job({ runId: String(index + 1), steps: [host.step({ with: inputs })] }),
    ).map((job) => job.result),
  )
  expect(results.map(({ conclusion }) => conclusion)).toEqual(results.map(() => 'success'))
  await webhook.received(1)
  // Every job is over, and so is every alert that was claimed: the sent lines count them.
  const logs = results.map((result) => result.step('Pre guard').stdout)
  expect(logs.filter((log) => log.includes('alert sent (critical)'))).toHaveLength(1)
  const [, body = ''] = /^POST \/services\/T0\/SECRET (.*)$/s.exec(webhook.bodies[0] ?? '') ?? []
  expect(Object.keys(JSON.parse(body) as object)).toEqual(['text'])
  expect(body).toContain(host.root)
  expect(body).toMatch(/min-free-percent/)
  for (const log of logs) {
    expect(log.split('\n')[0]).toBe(`::add-mask::${webhook.address}`)
    expect(log.split('\n').slice(1).join('\n')).not.toContain('SECRET')
  }
  expect(webhook.bodies).toHaveLength(1)
})

test('the next one of a kind waits for alert-hours', async () => {
  const host = new GuardedHost(scene())
  const webhook = await Webhook.start()
  const runner = Runner.install(scene()).start()
  const job = (hours: string) =>
    runner.job({
      steps: [
        host.step({
          with: { ...CRITICAL, 'alert-webhook': webhook.address, 'alert-hours': hours },
        }),
      ],
    }).result
  await job('6')
  await webhook.received(1)
  const second = await job('6')
  expect(second.step('Pre guard').stdout).not.toContain('alert sent')
  await job('0')
  await webhook.received(2)
})

test.each([
  ['is not there', 'http://127.0.0.1:1/SECRET'],
  ['is no address of a host', 'http://no-such-host.invalid/SECRET'],
])('a webhook that %s fails nothing', async (_, address) => {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const steps = [host.step({ with: { ...CRITICAL, 'alert-webhook': address } })]
  const result = await runner.job({ steps }).result
  expect(result.conclusion).toBe('success')
})

test('one that never answers holds up no job, and its process ends by itself', async () => {
  const host = new GuardedHost(scene())
  const webhook = await Webhook.start(() => {})
  const runner = Runner.install(scene()).start()
  const steps = [host.step({ with: { ...CRITICAL, 'alert-webhook': webhook.address } })]
  const result = await runner.job({ steps }).result
  // The job is over while the alert still waits for its answer.
  expect(result.conclusion).toBe('success')
  await webhook.received(1)
  const env = { TARGET_GUARD_ALERT_WEBHOOK: webhook.address }
  const tried = await host.cli(['alert', '--text', 'hello'], { env })
  expect([tried.exitCode, tried.stderr]).toEqual([
    1,
    expect.stringContaining('did not answer within 5000 ms'),
  ])
  expect(tried.stdout + tried.stderr).not.toContain('SECRET')
})

test.each([
  ['500', (response: ServerResponse) => response.writeHead(500).end('broken'), 'answered 500'],
  [
    'a redirect',
    (response: ServerResponse) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'did not answer',
  ],
])('`alert` says that the webhook answered %s, and not where it is', async (_, answer, said) => {
  const host = new GuardedHost(scene())
  const webhook = await Webhook.start((__, response) => answer(response))
  const env = { TARGET_GUARD_ALERT_WEBHOOK: webhook.address }
  const { exitCode, stdout, stderr } = await host.cli(['alert'], { env })
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(said)])
  expect(stdout + stderr).not.toContain('SECRET')
})

test('without a webhook `alert` is used wrongly', async () => {
  const { exitCode, stderr } = await new GuardedHost(scene()).cli(['alert'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('TARGET_GUARD_ALERT_WEBHOOK')])
})
