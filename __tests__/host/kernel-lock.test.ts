import { symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { withKernelLock } from '../../src/host/kernel-lock.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'

const scene = useScene()

function aFile(): string {
  const file = `${scene().directory('lock')}/file`
  writeFileSync(file, '')
  return file
}

/** Another process that has the lock. */
async function holdLock(file: string) {
  return hold(scene(), 'exec 9<"$1"; flock -x 9; echo ready; exec sleep 600', [file])
}

test('what another process holds is not granted, until that ends, however it ends', async () => {
  const file = aFile()
  const { release } = await holdLock(file)
  expect(await withKernelLock(file, 0, async () => 'done')).toBeNull()
  // SIGKILL
  await release()
  expect(await withKernelLock(file, 0, async () => 'done')).toBe('done')
})

test('it is waited for', async () => {
  const file = aFile()
  const { process } = await holdLock(file)
  const waiting = hold(scene(), 'exec 9<"$1"; echo ready; flock -x 9; kill -9 "$2"', [file, '0'])
  await (await waiting).release()
  // Ends while this process waits in flock(1).
  scene().start('bash', ['-c', 'sleep 0.3; kill -9 "$1"', 'bash', String(process.pid)])
  expect(await withKernelLock(file, 30, async () => 'done')).toBe('done')
})

test('it is held while the work lasts, and given back also when that fails', async () => {
  const file = aFile()
  const tried = async (): Promise<number | null> =>
    (await scene().run('flock', ['-n', file, 'true'])).exitCode
  expect(await withKernelLock(file, 0, tried)).toBe(1)
  expect(await tried()).toBe(0)
  const failing = withKernelLock(file, 0, async () => {
    throw new Error('broken')
  })
  await expect(failing).rejects.toThrow('broken')
  expect(await tried()).toBe(0)
})

test('without the file, or with a link in its place, the work is done all the same', async () => {
  const directory = scene().directory('lock')
  expect(await withKernelLock(`${directory}/absent`, 0, async () => 'done')).toBe('done')
  symlinkSync('/etc/hostname', `${directory}/link`)
  expect(await withKernelLock(`${directory}/link`, 0, async () => 'done')).toBe('done')
})
