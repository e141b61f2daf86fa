/** Our version, as beats, `--version` and the About text tell it; package.json is the one place that says it. */
import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
