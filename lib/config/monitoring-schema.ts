import * as z from 'zod';
import { documented, matching, yesOrNo } from './fields.ts';

/** How operators learn about problems. */
export const Monitoring = z.strictObject(
  {
    alarms: documented(yesOrNo().default(true), {
      description: 'at most ten alarms, and the topic they notify',
      more: 'docs/runbook/alarms.md',
    }),
    email: documented(matching('an e-mail address', /^[^\s@]+@[^\s@]+\.[^\s@]+$/).optional(), {
      description: 'address that alarms go to; it must confirm one message',
    }),
    dashboard: documented(yesOrNo().default(false), 'a CloudWatch dashboard'),
  },
  { error: '{"alarms": true, "email": "ops@example.com", "dashboard": false}' },
);

/** Returns the problems that only show across several keys. */
export const checkMonitoring = ({ monitoring }: { readonly monitoring: z.infer<typeof Monitoring> }): string[] =>
  monitoring.email !== undefined && !monitoring.alarms
    ? [
        'monitoring.email: expected no address because "alarms" is false and no mail would be sent. Remove it, or set "alarms" to true',
      ]
    : [];
