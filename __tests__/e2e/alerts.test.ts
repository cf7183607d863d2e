import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { hold } from '../helpers/hold.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { Stage } from './driven/stage.ts'
import { failCalls, failFirstLook } from './faults.ts'
import { tool } from './guard.ts'
import { allProcesses } from './processes.ts'
import type { CommandResult } from './scene.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'
import { SECRET, aWebhook } from './webhook.ts'
import type { Webhook } from './webhook.ts'

const scene = useScene()
const HOUR = 3_600_000
let cast: Cast
let stage: Stage

beforeEach(async () => {
  cast = await assemble(scene())
  stage = cast.stage()
})

/** Below a floor, whatever the disk: none has so much free. */
const CRITICAL = { 'min-free-percent': '100', 'on-critical': 'warn' }

/** Command lines of everything on this machine. */
function commandLines(): string[] {
  return allProcesses().flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
    } catch {
      // Gone meanwhile.
      return []
    }
  })
}

/** How many processes of this cast are sending an alert. */
function senders(): number {
  return commandLines().filter((line) => line.includes(`${cast.action}/dist/cli/index.js\0alert\0`))
    .length
}

async function allSent(): Promise<void> {
  await waitFor(() => senders() === 0, { what: 'the alerts to be sent' })
}

/** Waits for so many posts, and for whatever else is under way: a sender that only begins is not seen yet. */
async function arrived({ posts }: Webhook, count: number): Promise<void> {
  await waitFor(() => posts.length >= count, { what: `${count} posts to arrive` })
  await allSent()
}

/** Lets so many hours pass since the last alert of a kind. */
function hoursLater(kind: string, hours: number): void {
  const at = (Date.now() - hours * HOUR) / 1000
  utimesSync(stage.control(`alerts/${kind}`), at, at)
}

function textOf(body: string | undefined): string {
  return (JSON.parse(body ?? '{}') as { text?: string }).text ?? ''
}

describe('a disk that stays critical', () => {
  test('is told once by eight jobs at once, and again after alert-hours', async () => {
    const webhook = await aWebhook(scene())
    const inputs = { ...CRITICAL, 'alert-webhook': webhook.address }
    expect(stage.root.path).toBe(stage.path)
    const jobs = Array.from({ length: 8 }, (_, n) => stage.job('31', `runner-${n}`))
    const ends = await Promise.all(jobs.map(async (job) => job.must('pre', { inputs })))
    await arrived(webhook, 1)
    expect(webhook.posts).toHaveLength(1)
    expect(ends.filter(({ stdout }) => stdout.includes('alert sent (critical)'))).toHaveLength(1)
    const [post] = webhook.posts
    expect(post).toMatchObject({ method: 'POST', type: 'application/json' })
    expect(Object.keys(JSON.parse(post?.body ?? '') as object)).toEqual(['text'])
    expect(textOf(post?.body)).toMatch(
      new RegExp(`^\\[target-guard\\] ${hostname()}: ${stage.path}: The disk of .* free, below`),
    )

    const [job] = jobs
    for (const [hours, posts] of [
      [5.9, 1],
      [6.1, 2],
      [-3, 3],
    ] as const) {
      hoursLater('critical', hours)
      await job?.must('pre', { inputs })
      await arrived(webhook, posts)
      expect([hours, webhook.posts.length]).toEqual([hours, posts])
    }
    await job?.must('pre', { inputs: { ...inputs, 'dry-run': 'true', 'alert-hours': '0' } })
    await allSent()
    expect(webhook.posts).toHaveLength(3)
  })

  test('holds no job up where the webhook never answers, and the address is seen nowhere', async () => {
    const webhook = await aWebhook(scene(), null)
    const inputs = { ...CRITICAL, 'alert-webhook': webhook.address }
    const job = stage.job('31')
    const said = [await job.must('pre', { inputs })]
    await waitFor(() => webhook.waiting.size === 1, { what: 'the alert to arrive' })
    said.push(await job.must('main', { inputs }))
    said.push(await job.must('post', { inputs }))
    // The whole job went by, and the sender still waits.
    expect([webhook.waiting.size, senders()]).toEqual([1, 1])
    expect(commandLines().filter((line) => line.includes(SECRET))).toEqual([])
    for (const { stdout, stderr } of said) {
      const lines = (stdout + stderr).split('\n').filter((line) => line.includes(SECRET))
      expect(lines).toEqual([`::add-mask::${webhook.address}`])
      expect(stdout.startsWith(`::add-mask::${webhook.address}\n`)).toBe(true)
    }
    const files = readdirSync(stage.control(''), { recursive: true, withFileTypes: true })
    const written = files
      .filter((each) => each.isFile() && !each.parentPath.includes('reserve'))
      .map((each) => path.join(each.parentPath, each.name))
      .filter((file) => !file.endsWith('/reserve'))
    expect(written.length).toBeGreaterThan(5)
    expect(written.filter((file) => readFileSync(file, 'utf8').includes(SECRET))).toEqual([])
    await allSent()
    expect(webhook.waiting.size).toBe(0)
  })
})

/** Has a pass break off; the exit code of what made it. */
async function breakOff(step: 'pre' | 'post' | 'sweep', address: string): Promise<number | null> {
  if (step === 'sweep') {
    const words = [`${cast.action}/dist/cli/index.js`, 'sweep', '--root', stage.root.path]
    const env = { TARGET_GUARD_ALERT_WEBHOOK: address, ...failFirstLook() }
    return (await scene().run(process.execPath, words, { env })).exitCode
  }
  const job = stage.job('31')
  if (step === 'post') await job.must('pre')
  const inputs = { 'alert-webhook': address }
  return (await job.step(step, { inputs, faults: failFirstLook() })).exitCode
}

describe('a pass that fails', () => {
  test('is told by a job, with what was not done', async () => {
    const webhook = await aWebhook(scene())
    const { slot } = stage.place({ runId: '21' })
    const faults = failCalls({ root: '/', match: '^rename .*/trash/[0-9a-f]{24}$', errno: 'EIO' })
    const inputs = { 'alert-webhook': webhook.address }
    await stage.job('31').must('pre', { inputs, faults })
    await arrived(webhook, 1)
    expect(webhook.posts.map(({ body }) => textOf(body))).toEqual([
      expect.stringMatching(new RegExp(`retire ${slot}.*EIO`)),
    ])
  })

  test.each(['pre', 'post', 'sweep'] as const)('is told by %s that it broke off', async (step) => {
    const webhook = await aWebhook(scene())
    const exitCode = await breakOff(step, webhook.address)
    expect(exitCode).toBe(step === 'sweep' ? 1 : 0)
    await arrived(webhook, 1)
    expect(webhook.posts.map(({ body }) => textOf(body))).toEqual([
      expect.stringContaining('A pass failed: EIO: i/o error'),
    ])
    const scope = step === 'sweep' ? 'host' : 'own'
    expect(readFileSync(stage.control('metrics.prom'), 'utf8')).toMatch(
      new RegExp(`^target_guard_passes_total\\{scope="${scope}",result="failed"\\} 1$`, 'm'),
    )
  })
})

test('a slot that has been blocked for 24 h is told, not before', async () => {
  const webhook = await aWebhook(scene())
  const inputs = { 'alert-webhook': webhook.address }
  const { id, slot } = stage.place({ runId: '21', end: stage.longAgo() })
  const { release } = await hold(scene(), 'cd "$1"; echo ready; read', [
    path.join(stage.path, slot),
  ])
  const job = stage.job('31')
  await job.must('pre', { inputs })
  const noted = stage.control(`leases/${id}.blocked`)
  writeFileSync(noted, String(Date.now() - 23 * HOUR))
  await job.must('pre', { inputs })
  await allSent()
  expect(webhook.posts).toEqual([])
  writeFileSync(noted, String(Date.now() - 25 * HOUR))
  await job.must('pre', { inputs })
  await arrived(webhook, 1)
  expect(webhook.posts.map(({ body }) => textOf(body))).toEqual([
    expect.stringContaining(`${slot} has been blocked for 25 h`),
  ])
  await release()
})

describe('an address', () => {
  test.each(['pre', ['hook', 'job-started'], ['hook', 'job-completed']] as const)(
    'that %s refuses is masked all the same, and not said',
    async (program) => {
      const address = `htp://${SECRET} with%blank`
      const { stdout, stderr } = await stage
        .job('31')
        .step(program, { inputs: { 'alert-webhook': address } })
      const [first, ...rest] = stdout.split('\n')
      expect(first).toBe(`::add-mask::${address.replace('%', '%25')}`)
      expect(rest.join('\n') + stderr).not.toContain(SECRET)
      expect(rest.join('\n')).toContain('TARGET_GUARD_ALERT_WEBHOOK is not usable')
    },
  )

  test('that is not set is not masked', async () => {
    const { stdout } = await stage.job('31').must('pre', { inputs: { 'alert-webhook': ' ' } })
    expect(stdout).not.toContain('add-mask')
  })
})

/** What the command says of an address, which it may not say. */
async function send(address: string): Promise<CommandResult> {
  const env = { TARGET_GUARD_ALERT_WEBHOOK: address }
  const result = await scene().run(process.execPath, [tool, 'alert', '--text', 'a "b"\n'], { env })
  expect(result.stdout + result.stderr).not.toContain(SECRET)
  return result
}

describe('the command alert', () => {
  test('posts a text', async () => {
    const webhook = await aWebhook(scene())
    expect(await send(webhook.address)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    expect(webhook.posts.map(({ body }) => textOf(body))).toEqual([
      `[target-guard] ${hostname()}: a "b"\n`,
    ])
  })

  test.each([500, 403])('says that it was answered %i', async (status) => {
    const { address } = await aWebhook(scene(), status)
    const { exitCode, stderr } = await send(address)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`answered ${status}.`)])
  })

  test.each([301, 302, 307, 308])('follows no redirect (%i)', async (status) => {
    const other = await aWebhook(scene())
    const { address } = await aWebhook(scene(), status, { location: other.address })
    const { exitCode, stderr } = await send(address)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`answered ${status}.`)])
    expect(other.posts).toEqual([])
  })

  test.each([
    // Nobody listens there; fetch refuses the port of the discard service by itself.
    ['http://127.0.0.1:1/', /could not be reached\b/],
    ['http://127.0.0.1:9/', /could not be reached\b/],
    ['http://127.0.0.1:61/', /could not be reached \(ECONNREFUSED\)\./],
    ['http://no-such-host.invalid/', /could not be reached \(E[A-Z_]+\)\./],
  ])('says at once that nobody is there: %s', async (address, message) => {
    const { exitCode, stderr } = await send(`${address}${SECRET}`)
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)])
    expect(stderr).not.toContain('within')
    expect(stderr).not.toMatch(/127\.0\.0\.1|invalid/)
  })

  test('gives up on a server that never answers', async () => {
    const { address, posts } = await aWebhook(scene(), null)
    const { exitCode, stderr } = await send(address)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('within 5000 ms')])
    expect(posts).toHaveLength(1)
  })

  test('needs an address', async () => {
    const { exitCode, stderr } = await send('')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('No webhook is set')])
  })
})
