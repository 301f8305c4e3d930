import type { TimeoutPreset } from '../../session/timeouts.js';

/** Whether devices may be trusted under a preset of NIST SP 800-63B-4: at the highest level, each login proves all factors. */
export function mayTrustDevices(timeouts: TimeoutPreset | null): boolean {
  return timeouts !== 'twice-daily';
}

/** What an application should know that has turned trusted devices on. */
export function trustWarnings({ enabled }: { readonly enabled: boolean }, timeouts: TimeoutPreset | null): string[] {
  if (!enabled) return [];
  if (!mayTrustDevices(timeouts)) {
    return [
      'Trusted devices are off, since SESSION_TIMEOUTS (timeouts) is twice-daily: each login has to prove all factors ' +
        '(NIST SP 800-63B-4, AAL3).',
    ];
  }
  if (timeouts !== 'daily') return [];
  return [
    'A login on a trusted device proves one factor, which is not the AAL2 of SESSION_TIMEOUTS (timeouts) daily ' +
      '(NIST SP 800-63B-4): leave trustedDevices off to keep it.',
  ];
}
