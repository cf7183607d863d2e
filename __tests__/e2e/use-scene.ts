import { afterEach, beforeEach } from '@jest/globals'
import { Scene } from './scene.ts'

/**
 * A fresh scene for every test of the surrounding describe (or file), ended after it.
 * Returns a function, since each test has its own: `const scene = useScene()`, then `scene().directory()`.
 */
export function useScene(): () => Scene {
  let current: Scene | undefined
  beforeEach(() => {
    current = new Scene()
  })
  afterEach(async () => {
    const ended = current
    current = undefined
    await ended?.end()
  }, 60_000)
  return () => {
    if (current === undefined) throw new Error('a scene exists only while a test runs')
    return current
  }
}
