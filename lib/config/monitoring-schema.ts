import * as z from 'zod';
import { matching } from './fields.ts';

/** What the operator is told, and how. */
export const Monitoring = z.strictObject(
  {
    /** At most ten alarms, and the topic that they go to. */
    alarms: z.boolean({ error: 'true or false' }).default(true),
    /** Who gets the alarms; has to confirm it once. Left out: whoever subscribes to the topic. */
    email: matching('an e-mail address', /^[^\s@]+@[^\s@]+\.[^\s@]+$/).optional(),
    dashboard: z.boolean({ error: 'true or false' }).default(false),
  },
  { error: '{"alarms": true, "email": "ops@example.com", "dashboard": false}' },
);

/** Rules over several keys. */
export const checkMonitoring = ({ monitoring }: { readonly monitoring: z.infer<typeof Monitoring> }): string[] =>
  monitoring.email !== undefined && !monitoring.alarms
    ? ['monitoring.email: expected no address where "alarms" is false: nothing would ever be sent']
    : [];
