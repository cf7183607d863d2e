import { cpSync, rmSync, utimesSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { buildApp } from '../helpers/build-app.ts'
import { git, put } from '../helpers/built-checkout.ts'

// A crate that a step unpacks before the build, and that git ignores with its Cargo.toml.

const scene = useScene()

interface Places {
  workspace: string
  target: string
  inputs: BuildInputs
}

const BINDINGS = 'generated/bindings'

function unpack(workspace: string, version: number): void {
  const manifest = '[package]\nname = "bindings"\nversion = "0.1.0"\nedition = "2021"\n'
  put(workspace, `${BINDINGS}/Cargo.toml`, manifest)
  put(workspace, `${BINDINGS}/src/lib.rs`, `pub const VERSION: u32 = ${version};\n`)
  for (const name of ['Cargo.toml', 'src/lib.rs'])
    utimesSync(path.join(workspace, BINDINGS, name), 981_173_106, 981_173_106)
}

async function build(): Promise<Places> {
  const base = scene().directory('generated')
  const [workspace, target] = [`${base}/one`, `${base}/target`]
  const needed = `[dependencies]\nbindings = { path = "${BINDINGS}" }\n`
  const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
  put(workspace, 'Cargo.toml', `${manifest}${needed}`)
  put(workspace, 'src/main.rs', 'fn main() { println!("api {}", bindings::VERSION) }\n')
  put(workspace, '.gitignore', '/generated\n')
  git(base, 'init', '--quiet', 'one')
  unpack(workspace, 1)
  await scene().must('cargo', ['generate-lockfile', '--offline'], { cwd: workspace })
  git(workspace, 'add', '--all')
  git(workspace, 'commit', '--quiet', '--message', 'first')
  expect(buildApp(workspace, target).prints).toBe('api 1')
  const inputs = await recordInputs({ target, workspace, unchanging: [] })
  rmSync(`${workspace}/generated`, { recursive: true })
  return { workspace, target, inputs }
}

needs('cargo').describe('what changed of it is built', () => {
  test.each(['its own', 'another'])('in %s workspace', async (which) => {
    const { workspace, target, inputs } = await build()
    unpack(workspace, 2)
    const restoring = { target, workspace, inputs, isOwnWorkspace: which === 'its own' }
    expect((await restoreTimes(restoring)).problem).toBeNull()
    expect(buildApp(workspace, target)).toEqual({ compiled: ['app', 'bindings'], prints: 'api 2' })
  })
})

needs('cargo').test('nothing of it is built where it is the same', async () => {
  const { workspace, target, inputs } = await build()
  cpSync(workspace, `${workspace}-fresh`, { recursive: true })
  rmSync(workspace, { recursive: true })
  git(path.dirname(workspace), 'clone', '--quiet', `${workspace}-fresh`, 'one')
  unpack(workspace, 1)
  const restoring = { target, workspace, inputs, isOwnWorkspace: false }
  expect(await restoreTimes(restoring)).toMatchObject({ problem: null, forgotten: [] })
  expect(buildApp(workspace, target)).toEqual({ compiled: [], prints: 'api 1' })
})
