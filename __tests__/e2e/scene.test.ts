import {
  existsSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { aRoot } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { isAlive, processesOf } from './processes.ts'
import { SCENE_VARIABLE, Scene } from './scene.ts'
import { smallDisk } from './small-disk.ts'
import { waitFor } from './wait-for.ts'

/** What this process has open, and for a moment the folder in which that is listed. */
function descriptors(): string[] {
  return readdirSync('/proc/self/fd').map((name) => `/proc/self/fd/${name}`)
}

/** Paths of what this process has open there. */
function openBelow(directory: string): string[] {
  const listed = descriptors().filter((each) => existsSync(each))
  return listed.map((each) => readlinkSync(each)).filter((each) => each.startsWith(directory))
}

describe('the end of a scene', () => {
  test('ends its processes and their descendants, and none of others', async () => {
    const [own, other] = [new Scene(), new Scene()]
    const directory = own.directory()
    const script = 'setsid sleep 60 & echo $! > child; exec sleep 60'
    const started = own.start('sh', ['-c', script], { cwd: directory, stdio: 'ignore' })
    const foreign = other.start('sleep', ['60'], { stdio: 'ignore' })
    const child = await waitFor(async () => {
      const { stdout } = await own.run('cat', ['child'], { cwd: directory })
      return Number(stdout)
    })
    await own.end()

    expect(isAlive(started.pid ?? 0)).toBe(false)
    expect(isAlive(child)).toBe(false)
    expect(existsSync(directory)).toBe(false)
    expect(isAlive(foreign.pid ?? 0)).toBe(true)
    await other.end()
    expect(isAlive(foreign.pid ?? 0)).toBe(false)
  })

  test('knows when it cannot tell whose a process is', async () => {
    const scene = new Scene()
    const again = 'exec $^X, "-e", $ARGV[0], $ARGV[0]'
    const { pid = 0 } = scene.start('perl', ['-e', again, again], { stdio: 'ignore' })
    const sights = Array.from({ length: 300 }, () => {
      const { found, untold } = processesOf(SCENE_VARIABLE, scene.id, [])
      if (found.includes(pid)) return 'found'
      return untold.includes(pid) ? 'untold' : 'missed'
    })
    await scene.end()

    expect(sights).toContain('found')
    expect(sights).not.toContain('missed')
    expect(isAlive(pid)).toBe(false)
  })

  test('ends what works on a place of it with an environment of its own', async () => {
    const [own, other] = [new Scene(), new Scene()]
    const directory = own.directory()
    const alone = ['env', ['-i', 'sh', '-c', 'read line', 'sh', `${directory}/root`]] as const
    const started = other.start(alone[0], alone[1], { stdio: ['pipe', 'ignore', 'ignore'] })
    const like = other.start('sh', ['-c', 'read line', 'sh', `${directory}-not/root`], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    await own.end()

    expect(isAlive(started.pid ?? 0)).toBe(false)
    expect(isAlive(like.pid ?? 0)).toBe(true)
    await other.end()
  })

  test('closes what this process has open of the folders of a root, and of nobody else’s', async () => {
    const [own, other] = [new Scene(), new Scene()]
    const [root, foreign] = [aRoot(own).realPath, aRoot(other).realPath]
    expect(openBelow(root)).toContain(`${root}/.target-guard/leases`)
    await own.end()

    expect(openBelow(root)).toEqual([])
    expect(openBelow(foreign)).toContain(`${foreign}/.target-guard/leases`)
    await other.end()
  })

  needs('root').test('gives back the disk on which a root is open', async () => {
    const scene = new Scene()
    const { dev } = fstatSync(aRoot(scene, await smallDisk(scene, 'tmpfs')).tree)
    await scene.end()

    const disks = descriptors().map((each) => statSync(each, { throwIfNoEntry: false })?.dev)
    expect(disks).not.toContain(dev)
  })

  test('goes on after a failure, and then tells of it', async () => {
    const scene = new Scene()
    const directory = scene.directory()
    scene.defer(() => {
      throw new Error('cannot')
    })

    await expect(scene.end()).rejects.toThrow('cannot')
    expect(existsSync(directory)).toBe(false)
  })

  needs('root').test('takes mounts away first, with what is mounted on them', async () => {
    const scene = new Scene()
    const directory = scene.directory()
    const mount = path.join(directory, 'a mount')
    const inner = path.join(mount, 'inner')
    mkdirSync(mount)
    await scene.must('mount', ['-t', 'tmpfs', 'none', mount])
    mkdirSync(inner)
    await scene.must('mount', ['-t', 'tmpfs', 'none', inner])
    writeFileSync(path.join(inner, 'file'), '')
    await scene.end()

    expect(existsSync(directory)).toBe(false)
  })
})

describe('waitFor', () => {
  test('gives what it waited for, and names it when it waits in vain', async () => {
    let looks = 0
    const found = await waitFor(() => {
      looks += 1
      if (looks < 3) throw new Error('not yet')
      return 'found'
    })
    const inVain = waitFor(() => false, { what: 'a miracle', deadlineMs: 10 })

    expect(found).toBe('found')
    await expect(inVain).rejects.toThrow('waited 10 ms in vain for a miracle')
  })
})
