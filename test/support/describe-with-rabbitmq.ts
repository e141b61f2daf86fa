/** Tests that need a broker of their own: skipped with a plain sentence where there is none, failing when CI is set. */
import { describe, it } from 'vitest';
import { rabbitMqMissing } from './rabbitmq.js';

/** A describe that needs an own RabbitMQ: skipped with the reason where there is none, failing in CI. */
export function describeWithRabbitMq(title: string, body: () => void): void {
  const missing = rabbitMqMissing();
  if (!missing) return void describe(title, body);
  if (process.env['CI'] === 'true') {
    return void it(title, () => {
      throw new Error(missing);
    });
  }
  console.warn(`skipped: ${title}: ${missing}`);
  describe.skip(`${title} (skipped: ${missing})`, body);
}
