/** What an alert is about; each kind is throttled by itself. */
export const ALERT_KINDS = ['critical', 'pass-failed', 'blocked'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]
