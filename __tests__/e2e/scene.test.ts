import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { isAlive } from './processes.ts'
import { Scene } from './scene.ts'
import { waitFor } from './wait-for.ts'

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
