import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { readToolchain } from '../../src/host/toolchain.ts'
import { needs } from '../e2e/capabilities.ts'
import { pathWithout } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

/** Asks in a directory, with these variables. */
async function ask(directory: string, variables: NodeJS.ProcessEnv): Promise<string | null> {
  const before = process.env
  process.env = { ...before, ...variables }
  try {
    return await readToolchain(directory)
  } finally {
    process.env = before
  }
}

needs('cargo').test('it is what rustc says of itself', async () => {
  const { stdout } = await scene().must('rustc', ['-vV'])
  expect(await ask(scene().directory('checkout'), {})).toBe(stdout.trim())
})

test('without a rustc there is none', async () => {
  const PATH = pathWithout(scene(), 'rustc')
  expect(await ask(scene().directory('checkout'), { PATH })).toBeNull()
})

needs('rustup').test('asking installs none that is missing', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const checkout = scene().directory('checkout')
    writeFileSync(`${checkout}/rust-toolchain.toml`, '[toolchain]\nchannel = "1.84.0"\n')
    const RUSTUP_HOME = scene().directory('rustup')
    const { port } = server.address() as AddressInfo
    const RUSTUP_DIST_SERVER = `http://127.0.0.1:${port}`
    const wanted = { RUSTUP_HOME, RUSTUP_DIST_SERVER, RUSTUP_AUTO_INSTALL: '1' }
    expect(await ask(checkout, wanted)).toBeNull()
    expect(asked).toEqual([])
    expect(readdirSync(RUSTUP_HOME)).not.toContain('toolchains')
  } finally {
    server.close()
  }
})
