import { grantLock, together } from './faults.ts'

/**
 * The environment with which a test starts a program. With TG_GRANT_LOCK=1 every program of every
 * end-to-end test is granted the host lock at once, whoever holds it: no safety may rest on it.
 */
export function throughGrantedLock(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!isLockGranted()) return environment
  const { NODE_OPTIONS = '' } = environment
  if (NODE_OPTIONS.includes('grant-lock')) return environment
  return { ...environment, ...together({ NODE_OPTIONS }, grantLock()) }
}

export function isLockGranted(): boolean {
  return process.env['TG_GRANT_LOCK'] === '1'
}
