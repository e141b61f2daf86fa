/** Sleep and battery of this machine, where somebody tells. */
import type { Cancel } from './clock.js';

export interface Power {
  onBattery(): boolean;
  /** `suspend`: soon, and whoever has something to hand over has a few seconds. */
  listen(on: { suspend: () => void; resume: () => void; battery: (isOn: boolean) => void }): Cancel;
}

/** Where nobody tells: a server, a container. */
export const NO_POWER: Power = { onBattery: () => false, listen: () => () => undefined };
