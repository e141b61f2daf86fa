/** The UpdateResults of a Ruby node, as recorded, or as its faults have it. */
import type { ConsumeMessage, Options } from 'amqplib';
import type { Body, Faults, Outcome } from './ruby-node-types.js';

type Told = { readonly body: Body; readonly properties: Options.Publish };

export function resultsOf(
  action: string,
  { detail, error }: Outcome,
  node: string,
  faults: Faults,
  asked: ConsumeMessage['properties'],
): readonly Told[] {
  if (faults.silent) return [];
  const at = faults.year1970 ? 0 : Date.now();
  const isSuccess = error === null;
  const body = {
    action,
    status: isSuccess ? 'success' : 'failed',
    detail,
    error,
    node,
    timestamp: `${new Date(at).toISOString().slice(0, 19)}Z`,
  };
  const properties = {
    ...(faults.year1970 && { timestamp: 0 }),
    ...(faults.echoes && { correlationId: asked.correlationId as string }),
  };
  const told: Told[] = Array.from({ length: faults.times ?? 1 }, () => ({ body, properties }));
  if (!faults.contradicts) return told;
  const opposite = {
    status: isSuccess ? 'failed' : 'success',
    error: isSuccess ? 'on second thought' : null,
  };
  return [...told, { body: { ...body, ...opposite }, properties }];
}
