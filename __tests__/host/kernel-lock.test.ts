import { closeSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { withKernelLock } from '../../src/host/kernel-lock.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { caughtAsync } from '../helpers/caught.ts'
import { hold } from '../helpers/hold.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()
let path: string

beforeEach(() => {
  path = `${scene().directory('lock')}/lock`
  writeFileSync(path, '')
})

/** A process that holds the lock by our own code until it is killed. */
const HOLDER = `import { withKernelLock } from './host/kernel-lock.js'
  await withKernelLock(process.argv[2], 0, async () => {
    console.log('ready')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  })`

/** A process that waits for it, for a minute. */
const ASKER = `import { withKernelLock } from './host/kernel-lock.js'
  console.log(await withKernelLock(process.argv[2], 60, async () => 'let in'))`

async function holder(): Promise<{ release: () => Promise<void> }> {
  const command = 'exec "$1" "$2" "$3"'
  return hold(scene(), command, [process.execPath, writeProgram(scene(), HOLDER), path])
}

/** Whether this process is let in. */
async function isLetIn(waitSeconds = 0): Promise<boolean> {
  return (await withKernelLock(path, waitSeconds, async () => Promise.resolve(true))) ?? false
}

/** The lowest descriptor that is free. */
function nextDescriptor(): number {
  const file = openSync('/dev/null', 'r')
  closeSync(file)
  return file
}

describe('the kernel lock', () => {
  test('lets one in at a time, and ends with its holder, killed with SIGKILL', async () => {
    const { release } = await holder()
    expect(await isLetIn()).toBe(false)
    await release()
    expect(await isLetIn()).toBe(true)
  })

  test('is waited for so long, and no longer', async () => {
    const { release } = await holder()
    const started = performance.now()
    expect(await isLetIn(1)).toBe(false)
    expect(performance.now() - started).toBeGreaterThan(900)
    const script = writeProgram(scene(), ASKER)
    const waiting = scene().must(process.execPath, [script, path])
    const asks = async (): Promise<boolean> =>
      (await scene().run('pgrep', ['-f', '^flock -x -w 60 3$'])).exitCode === 0
    await waitFor(asks, { what: 'the other to wait' })
    await release()
    expect((await waiting).stdout).toBe('let in\n')
  })

  test('ends with the work, also where that throws', async () => {
    const error = new Error('the work failed')
    const work = async (): Promise<never> => Promise.reject(error)
    expect(await caughtAsync(withKernelLock(path, 0, work))).toBe(error)
    expect(await isLetIn()).toBe(true)
    expect(await isLetIn()).toBe(true)
  })

  test('leaves no descriptor open', async () => {
    const before = nextDescriptor()
    await isLetIn()
    expect(nextDescriptor()).toBe(before)
  })
})

describe('the work is done without a lock', () => {
  test('where the file is missing', async () => {
    path = `${path}.absent`
    expect(await isLetIn(1)).toBe(true)
  })

  test('where it is a link, which is not followed', async () => {
    const { release } = await holder()
    symlinkSync(path, `${path}.link`)
    path = `${path}.link`
    expect(await isLetIn(1)).toBe(true)
    await release()
  })

  test('where a FIFO was planted', async () => {
    path = `${path}.fifo`
    await scene().must('mkfifo', [path])
    expect(await isLetIn(1)).toBe(true)
  })

  test.each([
    ['is missing', null],
    ['cannot wait', 'echo "flock: invalid option -- w" >&2; exit 1'],
  ])('where flock(1) %s', async (_, stub) => {
    const { release } = await holder()
    const PATH =
      stub === null ? scene().directory('empty') : await stubProgram(scene(), 'flock', stub)
    const words = [writeProgram(scene(), ASKER), path]
    const { stdout } = await scene().must(process.execPath, words, { env: { PATH } })
    expect(stdout).toBe('let in\n')
    await release()
  })
})
