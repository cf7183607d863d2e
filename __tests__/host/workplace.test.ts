import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { findCommon, findWorkplace } from '../../src/host/workplace.ts'
import { GitRepository } from '../fixtures/git-repository.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

test('without git is the directory itself', async () => {
  const top = scene().directory('plain')
  const found = await findWorkplace(top)
  expect(found).toMatchObject({ top, common: top, remote: null })
  mkdirSync(path.join(top, 'sub'))
  expect((await findWorkplace(path.join(top, 'sub'))).top).toBe(path.join(top, 'sub'))
})

test('is the worktree that the directory lies in, linked, detached, with any name', async () => {
  const repository = await GitRepository.make(scene())
  const { main, remote } = repository
  await repository.git(main, 'remote', 'set-url', 'origin', 'git@github.com:octo-org/demo.git')
  const linked = await repository.add('two words\nand a line')
  const detached = await repository.add('detached', '--detach')
  mkdirSync(path.join(linked, 'src'))
  const common = path.join(main, '.git')
  for (const [directory, top] of [
    [main, main],
    [path.join(linked, 'src'), linked],
    [detached, detached],
  ] as const) {
    const found = await findWorkplace(directory)
    expect(found).toMatchObject({ top, common, remote: 'git@github.com:octo-org/demo.git' })
  }
  expect((await findWorkplace(remote)).top).toBe(remote)
  const identities = [main, linked, detached].map(async (each) => findWorkplace(each))
  expect(new Set((await Promise.all(identities)).map((each) => each.identity)).size).toBe(3)
})

test('has a repository in common with its other worktrees alone', async () => {
  const repository = await GitRepository.make(scene())
  const linked = await repository.add('linked')
  const clone = path.join(repository.folder, 'clone')
  await repository.git(repository.folder, 'clone', '--quiet', repository.remote, clone)
  const common = findCommon(repository.main)
  expect(common).not.toBe('')
  expect(findCommon(linked)).toBe(common)
  expect(findCommon(clone)).not.toBe(common)
  expect(findCommon(scene().directory('plain'))).toBe('')
})

test('is named by its folder where its repository is gone, or has no remote', async () => {
  const repository = await GitRepository.make(scene())
  const linked = await repository.add('linked')
  await repository.git(repository.main, 'remote', 'remove', 'origin')
  expect(await findWorkplace(linked)).toMatchObject({ top: linked, remote: null })
  rmSync(repository.main, { recursive: true })
  expect(await findWorkplace(linked)).toMatchObject({ top: linked, common: linked, remote: null })
})

test('made again at the same path is another one, and stays itself whatever is done in it', async () => {
  const folder = scene().directory('pool')
  const top = path.join(folder, 'worktree')
  mkdirSync(top)
  const first = await findWorkplace(top)
  writeFileSync(path.join(top, 'file'), '')
  expect(await findWorkplace(top)).toEqual(first)
  renameSync(top, `${top}-moved`)
  mkdirSync(top)
  expect((await findWorkplace(top)).identity).not.toBe(first.identity)
  rmSync(top, { recursive: true })
  mkdirSync(top)
  const third = await findWorkplace(top)
  rmSync(top, { recursive: true })
  mkdirSync(top)
  // Its number may be the same again; its time of birth is not.
  expect((await findWorkplace(top)).identity).not.toBe(third.identity)
})
