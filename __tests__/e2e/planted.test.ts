import { lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { GuardedHost } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A host after one job, with its root's own folder. */
async function used(): Promise<{ host: GuardedHost; control: string }> {
  const host = new GuardedHost(scene())
  await Runner.install(scene())
    .start()
    .job({ steps: [host.step()] }).result
  return { host, control: path.join(host.root, '.target-guard') }
}

test('links planted at the names of files that are replaced lead nowhere', async () => {
  const { host, control } = await used()
  const canary = path.join(scene().directory('outside'), 'canary')
  writeFileSync(canary, 'untouched')
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(control, 'trash', id))
  await scene().must('mount', ['-t', 'tmpfs', 'none', path.join(control, 'trash', id)])
  renameSync(path.join(control, 'heartbeat.json'), path.join(control, 'was'))
  symlinkSync(canary, path.join(control, 'heartbeat.json'))
  symlinkSync(canary, path.join(control, 'trash', `${id}.quarantine`))
  expect((await host.cli(['sweep'])).exitCode).toBe(0)
  expect(readFileSync(canary, 'utf8')).toBe('untouched')
  for (const name of ['heartbeat.json', `trash/${id}.quarantine`]) {
    expect(lstatSync(path.join(control, name)).isFile()).toBe(true)
  }
})

test('a FIFO at the name of a file that is read holds nobody up', async () => {
  const { host, control } = await used()
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(control, 'trash', id))
  const fifos = ['heartbeat.json', `trash/${id}.lease`, `leases/${id}.json`]
  for (const name of fifos) {
    await scene().must('rm', ['-f', path.join(control, name)])
    await scene().must('mkfifo', [path.join(control, name)])
  }
  for (const command of ['status', 'explain', 'sweep', 'doctor']) {
    expect((await host.cli([command])).exitCode).toBe(0)
  }
})

test.each(['leases', 'trash'])('a link in place of %s is refused, not followed', async (name) => {
  const { host, control } = await used()
  const outside = scene().directory('outside')
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(outside, id))
  renameSync(path.join(control, name), path.join(control, 'was'))
  symlinkSync(outside, path.join(control, name))
  for (const command of ['sweep', 'reap', 'status']) {
    expect((await host.cli([command])).exitCode).not.toBe(0)
  }
  expect(lstatSync(path.join(outside, id)).isDirectory()).toBe(true)
})
