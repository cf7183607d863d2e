import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { registryProject } from '../fixtures/registry-project.ts'
import { writeProgram } from '../helpers/program.ts'
import { extended, tar } from '../helpers/tar.ts'
import type { TarPart } from '../helpers/tar.ts'
import type { RestoreRequest, Restored } from '../../src/steps/remote-seed.ts'
import { CacheService } from './cache-service.ts'
import type { CacheFault } from './cache-service.ts'
import { needs } from './capabilities.ts'
import { POLICY, RemoteHost, script } from './remote-host.ts'
import { processesWith } from './processes.ts'
import { SCENE_VARIABLE } from './scene.ts'
import { secondUser } from './second-user.ts'
import { fill as fillDisk, smallDisk } from './small-disk.ts'
import type { Kind } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** Packages that cargo compiled, by what it prints. */
function compiled(stderr: string): string[] {
  return Array.from(stderr.matchAll(/^ +Compiling (\S+)/gm), ([, name = '']) => name)
}

needs('cargo').test('a target dir that one host saved is warm on another', async () => {
  const project = registryProject(path.join(scene().directory('project'), 'registry'))
  fetchDependencies(project)
  const service = await CacheService.start(scene())
  const first = new RemoteHost(scene(), service.environment)
  await first.checkOut(project.directory)
  const cold = await first.cargo('build', '--tests', '--offline')
  expect(compiled(cold.stderr)).toContain('serde')
  const saved = await first.save({ record: 'what was read' })
  expect(saved).toMatchObject({ saved: 'k-1' })
  expect(first.leftovers()).toEqual([])

  const second = new RemoteHost(scene(), service.environment)
  await second.checkOut(project.directory)
  const restored = await second.restore({ key: 'k-2' })
  expect(restored).toMatchObject({ hit: 'prefix', key: 'k-1', record: 'what was read' })
  expect(second.leftovers()).toEqual([])
  const warm = await second.cargo('build', '--tests', '--offline')
  // Its programs were left out: they are linked again, and nothing that they are made of.
  expect(compiled(warm.stderr)).toEqual(['registry'])
  const run = await second.cargo('run', '--offline')
  expect(run.stdout).toBe(project.prints)

  const third = new RemoteHost(scene(), service.environment)
  await third.checkOut(project.directory)
  await second.save({ key: 'k-3', policy: { ...POLICY, groups: [] } })
  expect(await third.restore({ key: 'k-3' })).toMatchObject({ hit: 'exact' })
  const whole = await third.cargo('build', '--tests', '--offline')
  expect(compiled(whole.stderr)).toEqual([])
})

/** A small target dir with everything that is hard to carry. */
function fill(target: string): void {
  const deep = path.join(target, 'debug/build/a-0123456789abcdef/out', 'd'.repeat(120), 'ü ñ')
  mkdirSync(deep, { recursive: true })
  mkdirSync(path.join(target, 'debug/.fingerprint/a-0123456789abcdef'), { recursive: true })
  mkdirSync(path.join(target, 'debug/empty'))
  const files: [string, string][] = [
    ['debug/-rf', 'x'],
    ['debug/ -C etc', 'x'],
    ['debug/a\\b*[c]', 'x'],
    ['debug/.fingerprint/a-0123456789abcdef/dep', 'y'.repeat(70_000)],
  ]
  for (const [name, text] of files) writeFileSync(path.join(target, name), text)
  writeFileSync(path.join(deep, 'ö'.repeat(100)), 'z')
  writeFileSync(path.join(target, 'debug/tool'), 'run', { mode: 0o755 })
  linkSync(path.join(target, 'debug/-rf'), path.join(target, 'debug/second name'))
  symlinkSync('-rf', path.join(target, 'debug/link'))
  chmodSync(path.join(target, 'debug/empty'), 0o2755)
  execFileSync('find', [target, '-exec', 'touch', '-hd', '@1600000000.123456789', '{}', '+'])
}

/** Everything below a folder: name, kind, permissions, time to the nanosecond, content. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const place = path.join(folder, name)
      const { mode, mtimeNs } = lstatSync(place, { bigint: true })
      const isFile = lstatSync(place).isFile()
      const content = isFile ? readFileSync(place, 'utf8') : ''
      return [name, (mode & 0o171777n).toString(8), mtimeNs, content].join(' ')
    })
}

/** Does work with other variables in the environment of this process. */
async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  try {
    await work()
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

/** Two hosts, and a target dir on the first. */
async function twoHosts(): Promise<{
  service: CacheService
  first: RemoteHost
  second: RemoteHost
}> {
  const service = await CacheService.start(scene())
  const first = new RemoteHost(scene(), service.environment)
  const second = new RemoteHost(scene(), service.environment)
  fill(first.target)
  return { service, first, second }
}

test('names, permissions, links and times survive, special modes do not', async () => {
  const { first, second } = await twoHosts()
  const before = contents(first.target)
  expect(await first.save()).toMatchObject({ saved: 'k-1', leftOut: 0 })
  expect(contents(first.target)).toEqual(before)
  expect(await second.restore()).toMatchObject({ hit: 'exact', record: 'r' })
  expect(contents(second.target)).toEqual(before)
  expect(lstatSync(path.join(second.target, 'debug/empty')).mode & 0o7777).toBe(0o755)
  expect([...first.leftovers(), ...second.leftovers()]).toEqual([])
})

test('options for tar and zstd in the environment change nothing', async () => {
  const { first, second } = await twoHosts()
  const before = contents(first.target)
  const options = { TAR_OPTIONS: '--exclude=*', ZSTD_CLEVEL: '99', GZIP: '-x', RUNNER_DEBUG: '1' }
  Object.assign(first.environment, options)
  Object.assign(second.environment, options)
  await withVariables(options, async () => {
    expect(await first.save()).toMatchObject({ saved: 'k-1' })
    expect(await second.restore()).toMatchObject({ hit: 'exact' })
  })
  expect(contents(second.target)).toEqual(before)
})

needs('zstd').test('a decompressor may take its time to end', async () => {
  const { first, second } = await twoHosts()
  await first.save()
  const slow = scene().directory('programs')
  const { stdout } = await scene().must('sh', ['-c', 'command -v zstd'])
  const program = `#!/bin/sh\n${stdout.trim()} "$@" && sleep 0.5\n`
  writeFileSync(path.join(slow, 'zstd'), program, { mode: 0o755 })
  await withVariables({ PATH: `${slow}:${process.env['PATH'] ?? ''}` }, async () => {
    expect(await second.restore()).toMatchObject({ hit: 'exact' })
  })
})

test('the newest entry that begins with a restore key is taken, and a key is saved once', async () => {
  const { service, first, second } = await twoHosts()
  await first.save({ key: 'k-1', record: 'old' })
  await first.save({ key: 'k-2', record: 'new' })
  expect(await first.save({ key: 'k-2', record: 'newer' })).toEqual({
    skipped: 'it is there already',
    isFault: false,
  })
  expect(await second.restore({ key: 'k-3' })).toMatchObject({ hit: 'prefix', record: 'new' })
  expect(service.entries).toHaveLength(2)
})

test('with nothing to restore it is cold, and no fault', async () => {
  const { first, second } = await twoHosts()
  await first.save({ key: 'x-1' })
  const restored = await second.restore()
  expect(restored).toEqual({ miss: 'the cache service has none yet', isFault: false })
  expect(second.isCold()).toBe(true)
})

test('without a service nothing is tried', async () => {
  const { service, first, second } = await twoHosts()
  delete first.environment['ACTIONS_RESULTS_URL']
  delete second.environment['ACTIONS_RUNTIME_TOKEN']
  const why = 'this job has no cache service'
  expect(await first.save()).toEqual({ skipped: why, isFault: true })
  expect(await second.restore()).toEqual({ miss: why, isFault: true })
  expect(service.calls).toEqual([])
  expect([...first.leftovers(), ...second.leftovers()]).toEqual([])
})

test.each([
  ['read', 'Cache save skipped'],
  ['write-only', 'Cache restore skipped'],
])('a job whose cache mode is %s is told of what it may not', async (mode, why) => {
  const { first, second } = await twoHosts()
  await first.save()
  for (const host of [first, second]) host.environment['ACTIONS_CACHE_MODE'] = mode
  const saved = await first.save({ key: 'k-2' })
  const restored = await second.restore()
  const refused = mode === 'read' ? saved : restored
  expect(refused).toMatchObject({ isFault: true })
  expect(JSON.stringify(refused)).toContain(why)
  expect(mode === 'read' ? restored : saved).not.toHaveProperty('isFault')
})

/** A restore in a process of its own. */
const RESTORE = `import { restoreSeed } from './steps/remote-seed.js'
const [, , request, script] = process.argv
const restored = await restoreSeed(JSON.parse(request), { environment: process.env, script })
if (!('hit' in restored)) throw new Error(restored.miss)`

function requestFor(host: RemoteHost): RestoreRequest {
  const staging = path.join(path.dirname(host.target), 'restore')
  const keys = { key: 'k-1', restoreKeys: [] }
  return { ...keys, into: host.target, staging, maxBytes: 1e9, timeLimitMs: 60_000 }
}

/** Well below the library’s own limits. */
const SHORT_MS = 4000
const LATE = `it took longer than ${SHORT_MS / 1000} s`

describe('a fault of the service means cold, within the time limit', () => {
  test.each<[CacheFault | 'gone', string | RegExp]>([
    ['gone', /./],
    ['silent', LATE],
    ['stuck', LATE],
    ['broken', LATE],
    ['babble', LATE],
    ['truncated', /Failed to restore: /],
    ['garbage', /zstd|gzip/],
    ['liar', 'the cache service gave another one than was asked for'],
  ])('%s, at restore', async (fault, why) => {
    const { service, first, second } = await twoHosts()
    await first.save({ key: fault === 'liar' ? 'other-1' : 'k-1' })
    if (fault === 'gone') await service.stop()
    else service.fault = fault
    const before = performance.now()
    const timeLimitMs = why === LATE ? SHORT_MS : 60_000
    const restored = await second.restore({ timeLimitMs })
    expect(performance.now() - before).toBeLessThan(timeLimitMs + 2000)
    expect(restored).toEqual({ miss: expect.stringMatching(why), isFault: true })
    expect(JSON.stringify(restored)).not.toContain('secret')
    expect(second.isCold()).toBe(true)
    expect(second.leftovers()).toEqual([])
  })

  test.each<[CacheFault, string | RegExp]>([
    ['silent', LATE],
    ['broken', LATE],
    ['full', /the storage is full/],
    ['read-only', /cache write denied: read-only token/],
    ['lossy', 'nothing came to http://blob/1\\?…'],
  ])('%s, at save', async (fault, why) => {
    const { service, first } = await twoHosts()
    service.fault = fault
    const before = contents(first.target)
    const started = performance.now()
    const timeLimitMs = why === LATE ? SHORT_MS : 60_000
    const saved = await first.save({ timeLimitMs })
    expect(performance.now() - started).toBeLessThan(timeLimitMs + 2000)
    expect(saved).toEqual({ skipped: expect.stringMatching(why), isFault: true })
    expect(JSON.stringify(saved)).not.toContain('secret')
    expect(service.entries).toHaveLength(0)
    expect(contents(first.target)).toEqual(before)
    expect(first.leftovers()).toEqual([])
  })
})

describe('a host that cannot', () => {
  test('read what is not whole, or too large, stays cold', async () => {
    const { first, second } = await twoHosts()
    await first.save()
    expect(await second.restore({ maxBytes: 60_000 })).toEqual({
      miss: 'it unpacks to more than 60000 bytes',
      isFault: true,
    })
    expect(await first.save({ key: 'k-2', policy: { ...POLICY, maxBytes: 60_000 } })).toMatchObject(
      {
        skipped: expect.stringMatching(/^it is \d+ bytes, above the 60000 allowed$/),
      },
    )
    expect(second.isCold()).toBe(true)
  })

  test('hold the download is not sent more than it allows', async () => {
    const { service, second, first } = await twoHosts()
    await first.save()
    const [entry] = service.entries
    if (entry === undefined) throw new Error('nothing was saved')
    entry.body = Buffer.alloc(50_000_000)
    const restored = await second.restore({ maxBytes: 1_000_000 })
    expect(restored).toMatchObject({ isFault: true })
    expect(JSON.stringify(restored)).toMatch(/EFBIG|SIGXFSZ/)
    expect(second.leftovers()).toEqual([])
  })

  test('use zstd takes gzip, and does not see what it could not read', async () => {
    const { first, second } = await twoHosts()
    const without = scene().directory('programs')
    for (const name of ['tar', 'gzip', 'sh', 'mv', 'ln', 'cp']) {
      const { stdout } = await scene().must('sh', ['-c', `command -v ${name}`])
      symlinkSync(stdout.trim(), path.join(without, name))
    }
    await first.save({ key: 'k-zstd' })
    await withVariables({ PATH: without }, async () => {
      expect(await second.restore()).toEqual({
        miss: 'the cache service has none yet',
        isFault: false,
      })
      expect(await first.save()).toMatchObject({ saved: 'k-1' })
      expect(await second.restore()).toMatchObject({ hit: 'exact' })
    })
    expect(contents(second.target)).toEqual(contents(first.target))
  })

  test('find GNU tar stays cold', async () => {
    const { service, first, second } = await twoHosts()
    await first.save()
    const called = service.calls.length
    const other = scene().directory('programs')
    writeFileSync(path.join(other, 'tar'), '#!/bin/sh\necho bsdtar 3.7\n', { mode: 0o755 })
    await withVariables({ PATH: other }, async () => {
      const why = 'GNU tar is not on this host'
      expect(await second.restore()).toEqual({ miss: why, isFault: true })
      expect(await first.save()).toEqual({ skipped: why, isFault: true })
    })
    expect(service.calls).toHaveLength(called)
  })
})

const FOLDER: TarPart = { name: 'tree/debug/', type: '5', mode: 0o755 }
function planted(name: string): TarPart {
  return { name, content: 'planted' }
}

/** Replaces what the service has by an archive with a manifest that fits. */
async function restoreOf(
  second: RemoteHost,
  service: CacheService,
  parts: readonly TarPart[],
): Promise<Restored> {
  const [entry] = service.entries
  if (entry === undefined) throw new Error('nothing was saved')
  const inTree = parts.filter(({ type }) => type !== 'x')
  const bytes = inTree.reduce((sum, { content = '' }) => sum + content.length, 0)
  const manifest = JSON.stringify({ version: 1, key: 'k-1', bytes, entries: inTree.length })
  const archive = tar(
    { name: 'manifest.json', content: manifest },
    { name: 'record', content: 'r' },
    ...parts,
  )
  entry.body = execFileSync('zstd', ['-q', '-c'], { input: archive })
  return second.restore()
}

needs('root', 'second-user').test(
  'an ordinary user restores what root saved, as their own',
  async () => {
    const { first, second } = await twoHosts()
    await first.save()
    const user = secondUser()
    if (user === null) throw new Error('this is only run where there is one')
    const program = writeProgram(scene(), RESTORE)
    const folder = path.dirname(second.target)
    chownSync(folder, user.uid, user.gid)
    const request = requestFor(second)
    await scene().must(process.execPath, [program, JSON.stringify(request), script], {
      env: { ...second.environment, HOME: folder },
      uid: user.uid,
      gid: user.gid,
    })
    expect(contents(second.target)).toEqual(contents(first.target))
    const owners = readdirSync(second.target, { recursive: true, encoding: 'utf8' }).map(
      (name) => lstatSync(path.join(second.target, name)).uid,
    )
    expect(new Set(owners)).toEqual(new Set([user.uid]))
    expect(second.leftovers()).toEqual([])
  },
)

needs('root').describe('a full disk', () => {
  test.each<[Kind, string]>([
    ['tmpfs', 'dd if=/dev/zero of=large bs=1M count=150'],
    ['tmpfs with few inodes', 'seq 2000 | xargs touch'],
  ])('while it unpacks, on a %s, means cold, and is full no longer', async (kind, command) => {
    const { first, second } = await twoHosts()
    await scene().must('sh', ['-c', command], { cwd: path.join(first.target, 'debug') })
    await first.save()
    const disk = await smallDisk(scene(), kind)
    const request = { into: path.join(disk, 'slot'), staging: path.join(disk, 'restore') }
    expect(await second.restore(request)).toEqual({
      miss: expect.stringContaining('No space left on device'),
      isFault: true,
    })
    expect(readdirSync(disk)).toEqual([])
  })

  test('before anything is fetched or packed means cold, and leaves nothing', async () => {
    const { service, first, second } = await twoHosts()
    await first.save()
    const disk = await smallDisk(scene(), 'tmpfs')
    await fillDisk(scene(), disk, 'tmpfs')
    const before = readdirSync(disk)
    const staging = path.join(disk, 'staging')
    const restored = await second.restore({ into: path.join(disk, 'slot'), staging })
    expect(restored).toMatchObject({ isFault: true })
    expect(await first.save({ key: 'k-2', staging })).toMatchObject({ isFault: true })
    expect(readdirSync(disk)).toEqual(before)
    expect(service.entries).toHaveLength(1)
  })
})

describe('an archive of a stranger', () => {
  test('is taken where it is as ours are', async () => {
    const { service, first, second } = await twoHosts()
    await first.save()
    const parts = [
      FOLDER,
      { ...planted('tree/debug/a'), uid: 12_345 },
      { name: 'tree/debug/b', type: '2', link: 'a' },
    ]
    expect(await restoreOf(second, service, parts)).toMatchObject({ hit: 'exact', entries: 3 })
    expect(readFileSync(path.join(second.target, 'debug/b'), 'utf8')).toBe('planted')
    expect(lstatSync(path.join(second.target, 'debug/a')).uid).toBe(process.getuid?.())
  })

  test('never writes outside, and leaves nothing', async () => {
    const { service, first, second } = await twoHosts()
    await first.save()
    const outside = scene().directory('outside')
    const up = (name: string): string => `tree/${'../'.repeat(12)}${outside.slice(1)}/${name}`
    const hostile: TarPart[][] = [
      [planted(path.join(outside, 'absolute'))],
      [extended(['path', path.join(outside, 'extended')]), planted('tree/a')],
      [planted(up('up'))],
      [{ name: 'tree/out', type: '2', link: outside }, planted('tree/out/through')],
      [{ name: 'tree/hard', type: '1', link: path.join(outside, 'canary') }, planted('tree/hard')],
      [FOLDER, { name: 'tree/debug/suid', content: 'x', mode: 0o4755 }],
      [{ name: 'tree/fifo', type: '6' }],
      [planted('record')],
      [planted('programs/tar')],
    ]
    writeFileSync(path.join(outside, 'canary'), 'alive')
    for (const parts of hostile) {
      const restored = await restoreOf(second, service, parts)
      expect(restored).toEqual({ miss: expect.any(String), isFault: true })
      expect(readdirSync(outside)).toEqual(['canary'])
      expect(readFileSync(path.join(outside, 'canary'), 'utf8')).toBe('alive')
      expect(second.isCold()).toBe(true)
      expect(second.leftovers()).toEqual([])
    }
  })

  test('that @actions/cache itself would unpack anywhere goes nowhere', async () => {
    const { service, first } = await twoHosts()
    const second = new RemoteHost(scene(), service.environment, 'plain')
    await first.save()
    const outside = scene().directory('outside')
    writeFileSync(path.join(outside, 'planted'), 'x')
    const place = path.join(outside, 'planted')
    const body = execFileSync('tar', ['-czPf', '-', place], { encoding: 'buffer' })
    await scene().must('rm', [place])
    const [entry] = service.entries
    if (entry !== undefined) entry.body = body
    expect(await second.restore()).toMatchObject({ isFault: true })
    expect(existsSync(place)).toBe(false)
  })
})

test('what lies in the place of the target dir is not overwritten', async () => {
  const { first, second } = await twoHosts()
  await first.save()
  mkdirSync(second.target)
  writeFileSync(path.join(second.target, 'mine'), 'x')
  expect(await second.restore()).toMatchObject({ isFault: true })
  expect(readdirSync(second.target)).toEqual(['mine'])
  expect(second.leftovers()).toEqual([])
})

test('nor is a staging that somebody else made', async () => {
  const { first, second } = await twoHosts()
  const staging = second.temp
  writeFileSync(path.join(staging, 'mine'), 'x')
  expect(await second.restore({ staging })).toMatchObject({ isFault: true })
  expect(await first.save({ staging })).toMatchObject({ isFault: true })
  expect(readdirSync(staging)).toEqual(['mine'])
})

test('a kill in the middle leaves the staging alone, and no process', async () => {
  const { service, first, second } = await twoHosts()
  await first.save()
  // Nothing would ever end it but itself.
  service.fault = 'silent'
  const program = writeProgram(scene(), RESTORE)
  const request = requestFor(second)
  const child = scene().start(process.execPath, [program, JSON.stringify(request), script], {
    env: second.environment,
    stdio: 'ignore',
  })
  await waitFor(() => service.calls.includes('GetCacheEntryDownloadURL'))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await waitFor(() => processesWith(SCENE_VARIABLE, scene().id).length === 0)
  expect(second.isCold()).toBe(true)
  expect(second.leftovers()).toEqual(['restore'])
})

test('no phase and no command has the client of the service in it', () => {
  const dist = path.dirname(path.dirname(script))
  const withClient = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .filter((name) => readFileSync(path.join(dist, name), 'utf8').includes('BlockBlobClient'))
    .map((name) => path.dirname(name))
  expect(withClient).toEqual(['carry'])
})
