/**
 * What is declared and consumed beside the plan of a bus, for as long as somebody wants it: each visit on channels of its
 * own, begun anew on every connection. What goes wrong with one ends that one alone.
 */
import type { ChannelModel } from 'amqplib';
import type { BusPlan } from '../ports/bus.js';
import type { Cancel } from '../ports/clock.js';
import { declareAndConsume, type Consuming } from './amqp-consumers.js';

type Visit = {
  readonly plan: BusPlan;
  readonly onBroken: (error: Error) => void;
  consuming: Consuming | null;
};

export function createVisits(onHandlerError: (queue: string, error: unknown) => void) {
  const visits = new Set<Visit>();
  /** The connection to be on; null: there is none. */
  let model: ChannelModel | null = null;

  const broken = (visit: Visit, error: Error): void => {
    if (!visits.delete(visit)) return;
    void visit.consuming?.release();
    visit.onBroken(error);
  };

  async function start(visit: Visit, on: ChannelModel): Promise<void> {
    try {
      const consuming = await declareAndConsume(on, visit.plan, {
        onHandlerError,
        onBroken: (error) => model === on && broken(visit, error),
      });
      if (visits.has(visit) && model === on) visit.consuming = consuming;
      else await consuming.release();
    } catch (error) {
      // Without that connection it begins again on the next one.
      if (model === on) broken(visit, error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    add(plan: BusPlan, onBroken: (error: Error) => void): Cancel {
      const visit: Visit = { plan, onBroken, consuming: null };
      visits.add(visit);
      if (model) void start(visit, model);
      return () => {
        if (visits.delete(visit)) void visit.consuming?.release();
      };
    },
    /** A connection that is set up. */
    begin(on: ChannelModel): void {
      model = on;
      for (const visit of visits) {
        visit.consuming = null;
        void start(visit, on);
      }
    },
    /** It is gone, or about to go. */
    away(): void {
      model = null;
      for (const visit of visits) visit.consuming = null;
    },
  };
}
