import { execFileSync } from 'node:child_process'
import { readdirSync, utimesSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { cloneTree } from '../../src/host/clone.ts'
import { lookAtShared } from '../../src/host/linked-files.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProject } from '../fixtures/cargo-project.ts'

const scene = useScene()

test('cargo check gives no file that a clone shares another time', async () => {
  const base = scene().directory('checked')
  const [workspace, source] = [`${base}/workspace`, `${base}/source`]
  writeProject(workspace, {
    'Cargo.toml': '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': 'pub fn one() -> u32 { 1 }\n',
  })
  const check = (): void => {
    const env = { ...process.env, CARGO_TARGET_DIR: source, CARGO_INCREMENTAL: '1' }
    execFileSync('cargo', ['check', '-q', '--offline'], { cwd: workspace, env })
  }
  check()
  const destination = `${base}/clone`
  const order = { source, destination, waitMs: 60_000, copyAtMostBytes: null, sharesPrograms: true }
  // As for another worktree, where incremental state is of no use.
  const { linked } = await cloneTree({ ...order, way: 'hybrid', skipIncremental: true })
  expect(readdirSync(`${destination}/debug/deps`)).toEqual(
    expect.arrayContaining([expect.stringMatching(/\.rmeta$/)]),
  )
  const soon = Date.now() / 1000 + 5
  utimesSync(`${workspace}/src/lib.rs`, soon, soon)
  check()
  expect(lookAtShared(source, linked).written).toEqual([])
})
