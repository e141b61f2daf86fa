/** The Power port on Electron's powerMonitor. */
import type { PowerMonitor } from 'electron';
import type { Power } from '../../ports/power.js';

/** Only after the app is ready: before that the monitor tells nothing. */
export function systemPower(monitor: PowerMonitor): Power {
  return {
    onBattery: () => monitor.isOnBatteryPower(),
    listen({ suspend, resume, battery }) {
      const onBattery = (): void => battery(true);
      const onAc = (): void => battery(false);
      monitor.on('suspend', suspend);
      monitor.on('resume', resume);
      monitor.on('on-battery', onBattery);
      monitor.on('on-ac', onAc);
      return () => {
        monitor.off('suspend', suspend);
        monitor.off('resume', resume);
        monitor.off('on-battery', onBattery);
        monitor.off('on-ac', onAc);
      };
    },
  };
}
