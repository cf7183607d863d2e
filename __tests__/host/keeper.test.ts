import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { endKeeper, startKeeper } from '../../src/host/keeper.ts'
import { findKeepers, noteKeeper, openKeeperLock, readKeeper } from '../../src/host/keeper-lock.ts'
import { readPidNamespace } from '../../src/host/boot.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { isAlive, kill, startTimeOf } from '../e2e/processes.ts'
import { keepersOf } from '../e2e/keepers.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { hold } from '../helpers/hold.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const id = anId()
let root: Root
let base: string

const SETTINGS = {
  floors: { minFreeBytes: 2.5e9, minFreePercent: 1, minFreeInodesPercent: 0 },
  watermarks: { high: 90, low: 70 },
  privilegedHelper: 'none',
  helperImage: null,
  dryRun: true,
}

/** What stands in for the tool: it notes what it is, and starts a child as a measurement would. */
const STAND_IN = `
const { spawn } = require('node:child_process')
const { readFileSync, renameSync, writeFileSync } = require('node:fs')
const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
const child = spawn('sleep', ['600'], { stdio: 'ignore' })
const told = {
  words: process.argv.slice(2), names: Object.keys(process.env), pid: process.pid,
  session: Number(fields[3]), oom: Number(readFileSync('/proc/self/oom_score_adj')),
  child: child.pid,
}
writeFileSync(__dirname + '/part', JSON.stringify(told))
renameSync(__dirname + '/part', __dirname + '/told')
setTimeout(() => {}, 600000)`

interface Told {
  words: string[]
  names: string[]
  pid: number
  session: number
  oom: number
  child: number
}

beforeEach(() => {
  root = aRoot(scene())
  base = scene().directory('keeper')
  mkdirSync(`${base}/dist/cli`, { recursive: true })
  mkdirSync(`${base}/dist/pre`)
  writeFileSync(`${base}/dist/pre/index.js`, '')
  writeFileSync(`${base}/dist/package.json`, '{"type":"commonjs"}')
  writeFileSync(`${base}/dist/cli/index.js`, STAND_IN)
  writeFileSync(controlName(root, 'leases', `${id}.json`), '{}')
})

/** Starts one in an environment of its own; why it could not be started goes to `failed`. */
function start(environment: Record<string, string> = {}, failed: unknown[] = []): void {
  const before = process.env
  process.env = { ...before, ...environment }
  try {
    startKeeper(root, id, `${base}/dist/pre/index.js`, {
      settings: SETTINGS,
      variables: { SECRET: 'y' },
      failed: (error) => failed.push(error),
      lock: null,
    })
  } finally {
    process.env = before
  }
}

async function told(): Promise<Told> {
  const read = (): Told => JSON.parse(readFileSync(`${base}/dist/cli/told`, 'utf8')) as Told
  const found = await waitFor(read, { what: 'the keeper to tell' })
  for (const pid of [found.pid, found.child]) scene().defer(() => kill(pid))
  return found
}

function note({ pid }: { pid: number }): void {
  noteKeeper(root, id, { pid, start: Number(startTimeOf(pid)), pidNamespace: readPidNamespace() })
}

describe('a keeper', () => {
  test('holds its lock alone, from its start to any end', async () => {
    start({ RUNNER_TRACKING_ID: 'github_1', GITHUB_TOKEN: 'x', INPUT_ROOT: '/' })
    // By then the shell holds it for the keeper to come.
    await waitFor(async () => (await findKeepers(root, [id])).has(id), { what: 'the lock' })
    const found = await told()
    const flags =
      '--min-free-gb 2.500000 --min-free-percent 1 --min-free-inodes-percent 0 ' +
      '--high-watermark 90 --low-watermark 70 --privileged-helper none --dry-run'
    expect(found.words.join(' ')).toBe(`keep --root ${root.path} --lease ${id} ${flags}`)
    expect(found.names).toEqual(expect.arrayContaining(['RUNNER_TRACKING_ID', 'SECRET', 'PATH']))
    expect(found.names).not.toEqual(expect.arrayContaining(['GITHUB_TOKEN']))
    expect(found.names).not.toEqual(expect.arrayContaining(['INPUT_ROOT']))
    expect([found.session, found.oom]).toEqual([found.pid, 1000])
    expect(await findKeepers(root, [id])).toEqual(new Set([id]))
    // What it has started does not hold the lock on.
    process.kill(found.pid, 'SIGKILL')
    await waitFor(() => !isAlive(found.pid), { what: 'it to be gone' })
    expect(isAlive(found.child)).toBe(true)
    expect(await findKeepers(root, [id])).toEqual(new Set())
  })

  test('is one for its lease, however often it is started', async () => {
    start()
    const { pid } = await told()
    start()
    start()
    await waitFor(() => keepersOf(root.path).length === 3, { what: 'the others to try' })
    await waitFor(() => keepersOf(root.path).length === 1, { what: 'the others to give up' })
    expect(keepersOf(root.path)).toEqual([pid])
  })

  test('is started though somebody tries its lock at that moment', async () => {
    const file = controlName(root, 'leases', `${id}.keeper`)
    writeFileSync(file, '')
    const command = 'exec 9>>"$1"; flock -x -n 9; echo ready; read'
    const { release } = await hold(scene(), command, [file])
    start()
    await waitFor(() => keepersOf(root.path).length === 1, { what: 'it to try' })
    await release()
    expect(isAlive((await told()).pid)).toBe(true)
  })

  test('is not started where its lease has ended meanwhile', async () => {
    rmSync(controlName(root, 'leases', `${id}.json`))
    start()
    await waitFor(() => keepersOf(root.path).length === 0, { what: 'it to end' })
    expect(() => readFileSync(`${base}/dist/cli/told`)).toThrow('ENOENT')
  })

  test('that cannot be started is told', async () => {
    const failed: unknown[] = []
    start({ PATH: '/nonexistent' }, failed)
    await waitFor(() => failed.length === 1, { what: 'the error' })
    expect(failed).toEqual([expect.objectContaining({ code: 'ENOENT' })])
  })
})

describe('a job ends its keeper', () => {
  test.each(['SIGCONT', 'SIGSTOP'] as const)(
    'and what that has started, after %s',
    async (signal) => {
      start()
      const found = await told()
      note(found)
      process.kill(found.pid, signal)
      expect(await endKeeper(root, id)).toBe('ended')
      expect(isAlive(found.pid)).toBe(false)
      await waitFor(() => !isAlive(found.child), { what: 'its child to end' })
      expect(await endKeeper(root, id)).toBe('gone')
    },
  )

  test('and nothing else, whatever was noted', async () => {
    openKeeperLock(root, id)
    expect(await endKeeper(root, id)).toBe('unknown')
    const { pid } = scene().start('sleep', ['600'], { detached: true })
    note({ pid: pid ?? 0 })
    expect(readKeeper(root, id)?.pid).toBe(pid)
    expect(await endKeeper(root, id)).toBe('gone')
    expect(isAlive(pid ?? 0)).toBe(true)
  })
})
